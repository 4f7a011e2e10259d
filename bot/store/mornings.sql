-- Read only: what came due, for the digest.

-- name: fired
-- Scheduled runs by when they came due, each with the open incident that stops it. What was missed
-- was posted where another run has posted its period since.
SELECT runs.*, trouble.id AS incident, trouble.version AS incident_version,
  trouble.failure AS incident_failure, outages.id AS open_outage,
  CASE WHEN runs.status = 'waiting' THEN (
    SELECT failure FROM attempts WHERE attempts.run = runs.id
    ORDER BY attempts.number DESC LIMIT 1) END AS waits_for,
  CASE WHEN runs.status = 'missed' THEN (
    SELECT max(posted_at) FROM deliveries
    WHERE deliveries.client = runs.client AND deliveries.report = runs.report
      AND deliveries.period_start = runs.period_start AND deliveries.period_end = runs.period_end)
  ELSE (
    SELECT max(posted_at) FROM deliveries
    WHERE deliveries.run = runs.id AND deliveries.kind = 'report') END AS posted_at
FROM runs
LEFT JOIN incidents AS trouble ON trouble.id = (
  SELECT incidents.id FROM incident_runs JOIN incidents ON incidents.id = incident_runs.incident
  WHERE incident_runs.run = runs.id AND incidents.status = 'open'
  ORDER BY incidents.opened_at
  LIMIT 1)
LEFT JOIN outages ON outages.id = trouble.outage AND outages.status = 'open'
WHERE runs.trigger = 'scheduled' AND runs.created_at >= :since AND runs.created_at < :until
ORDER BY runs.created_at, runs.rowid
