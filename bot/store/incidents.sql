-- Incidents: one per cause, open until recovered.

-- name: get
SELECT * FROM incidents WHERE id = :id

-- name: runs
-- The runs it stopped, in the order they came.
SELECT run FROM incident_runs WHERE incident = :id ORDER BY position

-- name: open_of_run
-- A run in an open incident stays with it.
SELECT incidents.* FROM incidents JOIN incident_runs ON incident_runs.incident = incidents.id
WHERE incident_runs.run = :run AND incidents.status = 'open'
ORDER BY incidents.opened_at
LIMIT 1

-- name: open_of_cause
SELECT * FROM incidents WHERE client = :client AND cause = :cause AND status = 'open'
ORDER BY opened_at
LIMIT 1

-- name: open
-- Oldest first, of one client or of all.
SELECT * FROM incidents WHERE status = 'open' AND (:client IS NULL OR client = :client)
ORDER BY opened_at, rowid

-- name: lately_of_cause
-- The newest that is over, but not for long.
SELECT * FROM incidents
WHERE client = :client AND cause = :cause AND status != 'open' AND closed_at >= :since
ORDER BY closed_at DESC
LIMIT 1

-- name: insert
INSERT INTO incidents (id, client, cause, shared, outage, failure, status, version, replies,
  opened_at, closed_at, closed_by, next_retry_at, noticed, foreseen, acted_by, acted_at, acted)
VALUES (:id, :client, :cause, :shared, :outage, :failure, :status, :version, :replies,
  :opened_at, :closed_at, :closed_by, :next_retry_at, :noticed, :foreseen, :acted_by, :acted_at, :acted)

-- name: reopen
-- The same cause again, soon after: the same card, with what was said and done before forgotten.
UPDATE incidents
SET status = 'open', closed_at = NULL, closed_by = NULL, outage = NULL, noticed = 0,
  acted_by = NULL, acted_at = NULL, acted = '', opened_at = :at
WHERE id = :id

-- name: forget
-- What was over before: it decides nothing about how the reopened one ends.
DELETE FROM incident_runs
WHERE incident = :id AND run IN (
  SELECT id FROM runs WHERE status IN ('succeeded', 'missed', 'skipped', 'cancelled'))

-- name: attach
INSERT INTO incident_runs (incident, run, position)
SELECT :id, :run, coalesce(max(position), 0) + 1 FROM incident_runs WHERE incident = :id
ON CONFLICT (incident, run) DO NOTHING

-- name: worsen
-- Another failure of one of its runs; or the first, of what a preflight had foreseen.
UPDATE incidents
SET cause = :cause, shared = :shared, failure = :failure, next_retry_at = :next_retry_at,
  foreseen = :foreseen, version = version + 1
WHERE id = :id

-- name: act
-- One press wins (Settled 8): nothing comes back for a card that has changed since.
UPDATE incidents
SET acted_by = :by, acted_at = :at, acted = :what, next_retry_at = NULL, version = version + 1
WHERE id = :id AND version = :version AND status = 'open'
RETURNING *

-- name: close
UPDATE incidents
SET status = :status, closed_at = :at, closed_by = :by, next_retry_at = NULL, version = version + 1
WHERE id = :id AND status = 'open'
RETURNING *

-- name: noticed
UPDATE incidents SET noticed = 1 WHERE id = :id

-- name: replied
UPDATE incidents SET replies = replies + 1 WHERE id = :id

-- name: unattended
-- Failed runs without an incident: the bot died between the attempt's end and the card.
SELECT runs.id FROM runs
WHERE NOT EXISTS (SELECT 1 FROM incident_runs WHERE incident_runs.run = runs.id)
  AND (status = 'failed' OR (status = 'queued' AND
    (SELECT count(*) FROM attempts WHERE attempts.run = runs.id AND ended = 'failed'
       AND json_extract(failure, '$.code') IS NOT 'not_fresh') > 1))
ORDER BY created_at

-- name: over
-- Open incidents none of whose runs can still fail: the bot died before it could say so. What is
-- foreseen has no run, and ends when a later look finds it gone.
SELECT * FROM incidents
WHERE status = 'open' AND foreseen IS NULL AND NOT EXISTS (
  SELECT 1 FROM incident_runs JOIN runs ON runs.id = incident_runs.run
  WHERE incident_runs.incident = incidents.id
    AND runs.status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled'))

-- name: recent
-- Open ones, and those that were closed lately: a death may have come before their card was drawn.
SELECT * FROM incidents WHERE status = 'open' OR closed_at >= :since
ORDER BY opened_at, rowid

-- name: ticking
-- Open ones with a run whose promise passes one of the marks: each a pair of instants.
SELECT DISTINCT incidents.* FROM json_each(:marks) AS mark
JOIN runs ON runs.deliver_by > mark.value ->> 0 AND runs.deliver_by <= mark.value ->> 1
JOIN incident_runs ON incident_runs.run = runs.id
JOIN incidents ON incidents.id = incident_runs.incident AND incidents.status = 'open'
WHERE runs.deliver_by IS NOT NULL
  AND runs.status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled')

-- name: broken_promises
-- Runs that are late and not on their way out, and of which nothing was said yet.
SELECT runs.id FROM runs
WHERE deliver_by < :now AND deliver_by >= :oldest
  AND status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled') AND status != 'posting'
  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.key = 'notice:' || runs.id)
ORDER BY deliver_by

-- name: stale_notices
-- Reports that are there, or will not come, with a line that still says they are delayed.
SELECT runs.id FROM deliveries JOIN runs ON runs.id = deliveries.run
WHERE deliveries.kind = 'notice' AND deliveries.version = 1
  AND deliveries.key = 'notice:' || runs.id
  AND deliveries.state NOT IN ('failed', 'cancelled')
  AND runs.status IN ('succeeded', 'missed', 'skipped', 'cancelled')
