-- The audit trail: who did what, when, from where.

-- name: append
INSERT INTO audit (at, who, what, client, detail, via)
VALUES (:at, :who, :what, :client, :detail, :via)

-- name: latest
-- Newest first, of one client or of all.
SELECT * FROM audit WHERE :client IS NULL OR client = :client ORDER BY id DESC LIMIT :limit
