-- What was looked at before a report is due, and what is known of credentials by their use.

-- name: looks
-- The newest of each client, or of one.
SELECT * FROM preflights WHERE :client IS NULL OR client = :client ORDER BY client

-- name: looked
INSERT INTO preflights (client, at, sources, slack, tries, again_at)
VALUES (:client, :at, :sources, :slack, :tries, :again_at)
ON CONFLICT (client) DO UPDATE
SET at = excluded.at, sources = excluded.sources, slack = excluded.slack, tries = excluded.tries,
  again_at = excluded.again_at

-- name: standings
SELECT * FROM standings WHERE :client IS NULL OR client = :client ORDER BY client, reference

-- name: standing
SELECT * FROM standings WHERE client = :client AND reference = :reference

-- name: used
-- What it did not tell this time it has told before. A later end is announced anew; the same one
-- may be told to the second by one and to the minute by another.
INSERT INTO standings (client, reference, first_at, good_at, made_at, expires_at, expires_what,
  version)
VALUES (:client, :reference, :at, :at, :made_at, :expires_at, :expires_what, :version)
ON CONFLICT (client, reference) DO UPDATE
SET good_at = excluded.good_at,
  made_at = coalesce(excluded.made_at, made_at),
  version = CASE WHEN excluded.version = '' THEN version ELSE excluded.version END,
  told = CASE WHEN excluded.expires_at IS NULL
    OR julianday(excluded.expires_at) - julianday(expires_at) < 1 THEN told END,
  expires_at = coalesce(excluded.expires_at, expires_at),
  expires_what = CASE WHEN excluded.expires_at IS NULL THEN expires_what
    ELSE excluded.expires_what END

-- name: replaced
-- Another credential stands behind the reference: what was known of the one before is forgotten.
UPDATE standings
SET first_at = :at, made_at = coalesce(:made_at, :at), expires_at = NULL, expires_what = '',
  told = NULL
WHERE reference = :reference AND (:client IS NULL OR client = :client)

-- name: told
UPDATE standings SET told = :days WHERE client = :client AND reference = :reference

-- name: forget_looks
DELETE FROM preflights WHERE client = :client

-- name: forget_standings
DELETE FROM standings WHERE client = :client AND (:reference IS NULL OR reference = :reference)
