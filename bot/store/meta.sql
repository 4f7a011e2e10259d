-- Single values, and the end of what was kept long enough.

-- name: get
SELECT value FROM meta WHERE key = :key

-- name: set
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: forget_reports
-- Reports hold clients' figures: they go when their time is up.
DELETE FROM outcomes WHERE made_at < :before RETURNING run

-- name: forget_bodies
-- So do the texts of messages; that they were posted stays known, or they would be posted again.
UPDATE deliveries SET bodies = '[{"text":""}]', shown = version, rung = 0
WHERE created_at < :before AND state IN ('posted', 'failed', 'cancelled')
  AND bodies != '[{"text":""}]'
