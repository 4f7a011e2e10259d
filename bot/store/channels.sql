-- Channels: who was seen in them, and which of it an operator confirmed.

-- name: saw
INSERT INTO channels (id, outside, fingerprint, checked_at)
VALUES (:id, :outside, :fingerprint, :at)
ON CONFLICT (id) DO UPDATE
SET outside = excluded.outside, fingerprint = excluded.fingerprint, checked_at = excluded.checked_at

-- name: get
SELECT * FROM channels WHERE id = :id

-- name: confirm
-- These very people, as last seen; others will need another word.
UPDATE channels SET confirmed = fingerprint, confirmed_by = :by, confirmed_at = :at
WHERE id = :id
RETURNING *

-- name: forget
-- Something changed there: what was seen counts no more, what was confirmed stays.
UPDATE channels SET checked_at = '0001-01-01T00:00:00.000000Z' WHERE id = :id
