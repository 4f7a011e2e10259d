-- Signs of life, and of trouble.

-- name: alive
-- The last instant at which the bot was seen at work; it also shows that the file can be written.
INSERT INTO meta (key, value) VALUES ('alive_at', :at)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: waiting
-- Messages that should have been in Slack since long ago.
SELECT count(*) FROM deliveries
WHERE state IN ('pending', 'posting', 'unknown') AND created_at < :before

-- name: restored
-- Whether this database was put back from a copy, and what it may not know.
SELECT
  (SELECT value FROM meta WHERE key = 'restored_since') AS since,
  (SELECT value FROM meta WHERE key = 'restored_until') AS until
