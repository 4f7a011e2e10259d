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
