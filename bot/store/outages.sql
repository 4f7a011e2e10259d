-- Outages: one cause that stops several clients, open until all their incidents are over.

-- name: get
SELECT * FROM outages WHERE id = :id

-- name: open
SELECT * FROM outages WHERE status = 'open' ORDER BY opened_at, rowid

-- name: recent
-- Open ones, and those that were closed lately: a death may have come before the last word.
SELECT * FROM outages WHERE status = 'open' OR closed_at >= :since ORDER BY opened_at, rowid

-- name: open_of
SELECT * FROM outages WHERE shared = :shared AND status = 'open'

-- name: lately_of
SELECT * FROM outages WHERE shared = :shared AND status != 'open' AND closed_at >= :lately
ORDER BY closed_at DESC
LIMIT 1

-- name: clients
-- How many clients have this cause open, each since no longer than that.
SELECT count(DISTINCT client) FROM incidents
WHERE status = 'open' AND shared = :shared AND shared != '' AND opened_at >= :since

-- name: insert
INSERT INTO outages (id, shared, failure, status, version, opened_at, acted)
VALUES (:id, :shared, :failure, 'open', 1, :at, '')

-- name: reopen
UPDATE outages
SET status = 'open', closed_at = NULL, failure = :failure, opened_at = :at, version = version + 1,
  acted_by = NULL, acted_at = NULL, acted = ''
WHERE id = :id

-- name: attach
UPDATE incidents SET outage = :id
WHERE status = 'open' AND shared = :shared AND shared != '' AND outage IS NULL
  AND opened_at >= :since
RETURNING id

-- name: alone
-- Shared causes that several clients have open, some of them outside an outage; or one alone,
-- where it is nobody's own.
SELECT DISTINCT shared AS shared FROM incidents AS one
WHERE status = 'open' AND shared != '' AND outage IS NULL AND (shared GLOB 'slack:*' OR shared GLOB 'agency:*' OR EXISTS (
  SELECT 1 FROM incidents AS other
  WHERE other.status = 'open' AND other.shared = one.shared AND other.shared != ''
    AND other.client != one.client))

-- name: failure
-- What the first of them met.
SELECT failure FROM incidents
WHERE status = 'open' AND shared = :shared AND shared != ''
ORDER BY opened_at, rowid
LIMIT 1

-- name: act
-- One press wins (Settled 8): nothing comes back for a card that has changed since.
UPDATE outages SET acted_by = :by, acted_at = :at, acted = :what, version = version + 1
WHERE id = :id AND version = :version AND status = 'open'
RETURNING *

-- name: over
-- Open ones none of whose incidents is; recovered where one of them was.
UPDATE outages
SET closed_at = :at, version = version + 1, status = CASE WHEN EXISTS (
    SELECT 1 FROM incidents WHERE incidents.outage = outages.id AND incidents.status = 'recovered')
  THEN 'recovered' ELSE 'closed' END
WHERE status = 'open' AND NOT EXISTS (
  SELECT 1 FROM incidents WHERE incidents.outage = outages.id AND incidents.status = 'open')
RETURNING *

-- name: foreseen
-- Its incidents that no run has met, oldest first.
SELECT client, status FROM incidents
WHERE outage = :id AND NOT EXISTS (
  SELECT 1 FROM incident_runs WHERE incident_runs.incident = incidents.id)
ORDER BY opened_at, rowid

-- name: runs
-- What it stops or stopped, by promise.
SELECT DISTINCT runs.* FROM incidents
JOIN incident_runs ON incident_runs.incident = incidents.id
JOIN runs ON runs.id = incident_runs.run
WHERE incidents.outage = :id
ORDER BY runs.deliver_by IS NULL, runs.deliver_by, runs.created_at, runs.id
