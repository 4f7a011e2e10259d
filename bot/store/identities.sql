-- Identities: whose data a client's sources serve, as an operator confirmed it.

-- name: all
SELECT * FROM identities ORDER BY client, source

-- name: confirm
-- The newest word counts; who said what before stands in the audit trail.
INSERT INTO identities (client, source, identity, confirmed_by, confirmed_at)
VALUES (:client, :source, :identity, :by, :at)
ON CONFLICT (client, source) DO UPDATE
SET identity = excluded.identity, confirmed_by = excluded.confirmed_by,
  confirmed_at = excluded.confirmed_at
