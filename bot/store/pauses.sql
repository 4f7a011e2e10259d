-- Pauses: kept after they end, so that a gap in the history can be explained.

-- name: pause
-- A pause in force is replaced by the newer word.
INSERT INTO pauses (client, since, until, by, reason)
VALUES (:client, :since, :until, :by, :reason)
ON CONFLICT (client) WHERE resumed_at IS NULL
DO UPDATE SET until = excluded.until, by = excluded.by, reason = excluded.reason

-- name: resume
-- Nothing comes back when the client was not paused.
UPDATE pauses SET resumed_at = :at WHERE client = :client AND resumed_at IS NULL
RETURNING *

-- name: current
SELECT * FROM pauses WHERE client = :client AND resumed_at IS NULL

-- name: all
SELECT * FROM pauses WHERE resumed_at IS NULL ORDER BY client

-- name: failing
-- Clients that are not paused and whose last fires failed. A success since, of whatever run, and a
-- pause that was ended since, start the count anew; fires of one instant count once.
WITH failed AS (
  SELECT client, scheduled_for, created_at FROM runs
  WHERE status = 'failed' AND trigger = 'scheduled'),
suspects AS (
  SELECT client FROM failed
  WHERE client NOT IN (SELECT client FROM pauses WHERE resumed_at IS NULL)
  GROUP BY client HAVING count(DISTINCT scheduled_for) >= :after),
counted AS (
  SELECT client, max(
    (SELECT coalesce(max(resumed_at), '') FROM pauses WHERE pauses.client = suspects.client),
    (SELECT coalesce(max(attempts.ended_at), '')
     FROM runs JOIN attempts ON attempts.run = runs.id AND attempts.ended = 'report'
     WHERE runs.client = suspects.client AND runs.status = 'succeeded')) AS since
  FROM suspects)
SELECT failed.client, count(DISTINCT failed.scheduled_for) AS fires
FROM counted JOIN failed ON failed.client = counted.client AND failed.created_at > counted.since
GROUP BY failed.client HAVING fires >= :after
ORDER BY failed.client

-- name: ours
SELECT * FROM pauses
WHERE by = 'reportops' AND (resumed_at IS NULL OR resumed_at >= :since)
ORDER BY since, id
