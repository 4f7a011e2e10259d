-- Promises: until when reports are to be there, and which message warns of those that may not be.

-- name: near
-- Unfinished runs that are promised by then, or planned for later than they are promised, of which
-- nobody was warned: neither by a message of its own nor by the card of what stopped them. Only
-- fires promise, also on behalf of a run that somebody asked for before.
SELECT * FROM runs
WHERE deliver_by IS NOT NULL AND status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled')
  AND deliver_by >= :oldest
  AND (deliver_by <= :until OR post_at > deliver_by
    OR (status = 'queued' AND next_attempt_at > deliver_by))
  AND NOT EXISTS (SELECT 1 FROM promises WHERE promises.run = runs.id)
  AND NOT EXISTS (
    SELECT 1 FROM incident_runs JOIN incidents ON incidents.id = incident_runs.incident
    WHERE incident_runs.run = runs.id AND incidents.status = 'open')
ORDER BY deliver_by, created_at, id

-- name: tell
INSERT INTO promises (run, message, told_at) VALUES (:run, :message, :at)
ON CONFLICT (run) DO NOTHING

-- name: told
-- What was warned of since, in the order it was.
SELECT runs.*, promises.message AS message, (
    SELECT max(posted_at) FROM deliveries
    WHERE deliveries.run = runs.id AND deliveries.kind = 'report') AS posted_at
FROM promises JOIN runs ON runs.id = promises.run
WHERE promises.told_at >= :since
ORDER BY promises.told_at, promises.rowid

-- name: awaited
-- Fires that should have come by then and have no run, or have one and were warned of without it.
SELECT expected.*, runs.id AS run
FROM expected LEFT JOIN runs ON runs.client = expected.client AND runs.report = expected.report
  AND runs.key = expected.key
WHERE expected.due_at <= :until AND (runs.id IS NULL OR expected.message IS NOT NULL)
ORDER BY expected.due_at, expected.client, expected.report

-- name: warn
UPDATE expected SET message = :message, told_at = :at
WHERE client = :client AND report = :report AND key = :key

-- name: settle
DELETE FROM expected WHERE client = :client AND report = :report AND key = :key
