-- Single values, and the end of what was kept long enough.

-- name: get
SELECT value FROM meta WHERE key = :key

-- name: set
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: forget_reports
-- Reports hold clients' figures: they go when their time is up; those of a client with a time of its
-- own when that is.
DELETE FROM outcomes WHERE made_at < :before
  AND run NOT IN (SELECT id FROM runs WHERE client IN (SELECT value FROM json_each(:own)))
RETURNING run

-- name: forget_bodies
-- So do the texts of messages; that they were posted stays known, or they would be posted again.
UPDATE deliveries SET bodies = '[{"text":""}]', shown = version, rung = 0
WHERE created_at < :before AND state IN ('posted', 'failed', 'cancelled')
  AND bodies != '[{"text":""}]'
  AND (client IS NULL OR client NOT IN (SELECT value FROM json_each(:own)))

-- name: forget_own_reports
DELETE FROM outcomes
WHERE made_at < :before AND run IN (SELECT id FROM runs WHERE client = :client)
RETURNING run

-- name: forget_own_bodies
UPDATE deliveries SET bodies = '[{"text":""}]', shown = version, rung = 0
WHERE created_at < :before AND state IN ('posted', 'failed', 'cancelled')
  AND bodies != '[{"text":""}]' AND client = :client
