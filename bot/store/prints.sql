-- Prints: keyed hashes of what credentials are made of.

-- name: pepper
-- The first word counts: what is there comes back.
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = value
RETURNING value

-- name: of_owner
SELECT DISTINCT print FROM prints WHERE owner = :owner

-- name: elsewhere
-- Who else signs in with it.
SELECT owner FROM prints WHERE print = :print AND own = 1 AND owner <> :owner LIMIT 1

-- name: let_go
-- What is not seen again is signed in with no more.
UPDATE prints SET own = 0 WHERE owner = :owner AND reference = :reference AND own = 1

-- name: put
INSERT INTO prints (owner, reference, print, own, seen_at)
VALUES (:owner, :reference, :print, :own, :at)
ON CONFLICT (owner, reference, print) DO UPDATE
SET own = excluded.own, seen_at = excluded.seen_at

-- name: prune
DELETE FROM prints WHERE seen_at < :before
