-- The inbox: accepted, and then done.

-- name: forget
-- What was done long ago Slack does not send again.
DELETE FROM inbox WHERE done_at < :before

-- name: waiting
SELECT count(*) FROM inbox WHERE done_at IS NULL

-- name: put
-- Nothing comes back where it was accepted before.
INSERT INTO inbox (key, deed, facts, received_at, tries, done_at)
VALUES (:key, :deed, :facts, :received_at, 0, NULL)
ON CONFLICT (key) DO NOTHING
RETURNING key

-- name: undone
SELECT * FROM inbox WHERE done_at IS NULL ORDER BY received_at, rowid

-- name: tried
UPDATE inbox SET tries = tries + 1 WHERE key = :key

-- name: done
-- What it was about is kept no longer than it is needed.
UPDATE inbox SET done_at = :at, facts = '' WHERE key = :key AND done_at IS NULL
