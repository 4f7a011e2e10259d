-- Leaving: what is forgotten of a client that is removed. What was spent (usage), who did what (audit)
-- and that something ran and was posted (runs, attempts, deliveries: no figure and no text) stays.

-- name: known
-- Whether anything is kept of a client of this name.
SELECT count(*) FROM runs WHERE client = :client

-- name: marks
SELECT key, value FROM meta WHERE key GLOB :like

-- name: unmark
DELETE FROM meta WHERE key = :key

-- name: secure_on
-- What is deleted is overwritten, and not only unlinked.
PRAGMA secure_delete = ON

-- name: secure_off
PRAGMA secure_delete = OFF

-- name: emptied
-- The log of changes held it too.
PRAGMA wal_checkpoint(TRUNCATE)

-- name: reports
DELETE FROM outcomes
WHERE made_at <= :at AND run IN (SELECT id FROM runs WHERE client = :client)
RETURNING run

-- name: texts
-- An edit that closes a card is on its way first; its text goes the next time.
UPDATE deliveries SET bodies = '[{"text":""}]', rung = 0
WHERE client = :client AND created_at <= :at AND bodies != '[{"text":""}]'
  AND (state IN ('failed', 'cancelled') OR (state = 'posted' AND shown = version))
RETURNING key

-- name: unsent
SELECT count(*) FROM deliveries
WHERE client = :client AND created_at <= :at AND bodies != '[{"text":""}]'

-- name: identities
DELETE FROM identities WHERE client = :client AND confirmed_at <= :at RETURNING source

-- name: prints
-- What it signed in with is another client's to have, as far as we know.
DELETE FROM prints WHERE owner = :client AND seen_at <= :at RETURNING print

-- name: rotations
-- Of its own credentials nothing is left that could be put in force.
DELETE FROM rotations WHERE client = :client AND owner = :client AND began_at <= :at RETURNING id

-- name: trials
-- Of one that it shared, what its own queries found.
UPDATE rotations SET found = NULL, said = '' WHERE client = :client AND began_at <= :at
RETURNING id

-- name: said
-- Of a failure its code stays: what the other side said does not.
UPDATE attempts SET failure = json_object('code', json_extract(failure, '$.code'))
WHERE failure IS NOT NULL AND started_at <= :at
  AND failure != json_object('code', json_extract(failure, '$.code'))
  AND run IN (SELECT id FROM runs WHERE client = :client)
RETURNING run

-- name: incidents
UPDATE incidents SET failure = json_object('code', json_extract(failure, '$.code'))
WHERE client = :client AND opened_at <= :at AND status != 'open'

-- name: reasons
UPDATE pauses SET reason = '' WHERE client = :client AND since < :at AND reason != ''

-- name: expected
DELETE FROM expected WHERE client = :client

-- name: looks
DELETE FROM preflights WHERE client = :client

-- name: standings
DELETE FROM standings WHERE client = :client

-- name: watermarks
DELETE FROM watermarks WHERE client = :client
