-- The audit trail: who did what, when, from where.

-- name: append
INSERT INTO audit (at, who, what, client, detail, via, channel)
VALUES (:at, :who, :what, :client, :detail, :via, :channel)

-- name: latest
-- Newest first, of one client or of all.
SELECT * FROM audit WHERE :client IS NULL OR client = :client ORDER BY id DESC LIMIT :limit
