-- How transactions begin and end.

-- name: begin
-- Take the write lock at once: a deferred upgrade would fail without waiting.
BEGIN IMMEDIATE

-- name: commit
COMMIT

-- name: rollback
ROLLBACK
