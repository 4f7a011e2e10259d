-- Rotations: one credential in the place of another.

-- name: begin
-- Nothing comes back where another one of the same credential is open.
INSERT INTO rotations (id, client, source, owner, reference, state, candidate, previous, began_by,
  began_at, changed_at, until, found, said)
VALUES (:id, :client, :source, :owner, :reference, :state, :candidate, :previous, :by, :at, :at,
  :until, NULL, '')
ON CONFLICT DO NOTHING
RETURNING *

-- name: move
-- From one of the states named, or not at all: one press wins. What is NULL stays as it is.
UPDATE rotations SET state = :to, changed_at = :at, until = :until,
  candidate = coalesce(:candidate, candidate), previous = coalesce(:previous, previous),
  found = coalesce(:found, found), said = coalesce(:said, said)
WHERE id = :id AND state IN (SELECT value FROM json_each(:from))
RETURNING *

-- name: get
SELECT * FROM rotations WHERE id = :id

-- name: open
-- The one of a credential that has not ended.
SELECT * FROM rotations
WHERE owner = :owner AND reference = :reference
  AND state IN ('testing', 'tested', 'swapping', 'returning')

-- name: standing
-- What somebody still has to end: open ones, and those whose version before is kept.
SELECT * FROM rotations
WHERE state IN ('testing', 'tested', 'swapping', 'swapped', 'returning')
ORDER BY began_at, rowid

-- name: used
-- The last one that put a version in use, or back in use.
SELECT * FROM rotations
WHERE owner = :owner AND reference = :reference AND state IN ('swapped', 'settled', 'returned')
ORDER BY changed_at DESC, rowid DESC LIMIT 1

-- name: latest
SELECT * FROM rotations ORDER BY began_at DESC, rowid DESC LIMIT :limit
