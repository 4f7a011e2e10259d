-- Copies of the database: made, looked over, and put in its place.

-- name: copy
-- A whole, compacted copy as of one instant, while the bot runs.
VACUUM INTO :path

-- name: whole
-- Every page and index of the file holds together.
PRAGMA quick_check(1)

-- name: checkpoint
-- What the write-ahead log holds goes into the file; the log is emptied.
PRAGMA wal_checkpoint(TRUNCATE)

-- name: rollback_journal
-- A copy is one file.
PRAGMA journal_mode = DELETE

-- name: alive
-- The last instant that a database knows of: it is no older than this.
SELECT max(at) AS at FROM (
  SELECT max(considered) AS at FROM watermarks
  UNION ALL SELECT max(created_at) FROM runs
  UNION ALL SELECT max(ended_at) FROM attempts
  UNION ALL SELECT max(created_at) FROM deliveries
  UNION ALL SELECT max(posted_at) FROM deliveries
  UNION ALL SELECT max(at) FROM audit
  UNION ALL SELECT value FROM meta WHERE key = 'alive_at')

-- name: doubt_waiting
-- What waited to be posted when the copy was made may have been posted since, at any time: it is
-- looked for, from the older of the two beginnings on.
UPDATE deliveries
SET state = 'unknown', not_before = :until, error = 'restored', shown = version, tries = 0,
  posting_since = CASE WHEN CAST(posting_since AS REAL) < CAST(:since AS REAL)
    THEN posting_since ELSE :since END
WHERE state IN ('pending', 'posting', 'unknown')

-- name: mark
-- What a restored database has to know of itself.
INSERT INTO meta (key, value)
VALUES ('restored_since', :since), ('restored_until', :until), ('restored_patient', :patient)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
