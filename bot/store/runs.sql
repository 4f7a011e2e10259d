-- Runs: claimed once, moved by conditional writes.

-- name: insert
-- A claim's row; the unique keys of Settled 1 stand behind it.
INSERT INTO runs (id, client, report, key, trigger, period_kind, period_start, period_end, partial,
  as_of, status, created_at, scheduled_for, next_attempt_at, post_at, deliver_by, late, attempts,
  retries, requested_by, reply_channel, revision, without, hold)
VALUES (:id, :client, :report, :key, :trigger, :period_kind, :period_start, :period_end, :partial,
  :as_of, :status, :created_at, :scheduled_for, :next_attempt_at, :post_at, :deliver_by, :late,
  :attempts, :retries, :requested_by, :reply_channel, :revision, :without, :hold)

-- name: same
-- The run that a claim meets: of the same key, or else unfinished and of the same period.
SELECT * FROM runs
WHERE client = :client AND report = :report
  AND (key = :key
    OR (period_start = :period_start AND period_end = :period_end
      AND status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled')))
ORDER BY key = :key DESC
LIMIT 1

-- name: get
SELECT * FROM runs WHERE id = :id

-- name: in_status
-- Oldest first.
SELECT * FROM runs WHERE status IN (SELECT value FROM json_each(:status))
ORDER BY created_at, rowid

-- name: due
-- Queued runs whose next attempt has come: by deadline, then by age; what ran out of time before,
-- and would hold a seat for as long again, goes last. No retry waits for an instant that a clock
-- ahead of its time wrote down: where its last attempt ended beyond :ahead, it has waited enough.
SELECT * FROM runs
WHERE status = 'queued' AND (next_attempt_at IS NULL OR next_attempt_at <= :now
  OR (created_at <= :now AND EXISTS (
    SELECT 1 FROM attempts WHERE attempts.run = runs.id AND attempts.number = runs.attempts
      AND attempts.ended_at > :ahead)))
ORDER BY EXISTS (
    SELECT 1 FROM attempts WHERE attempts.run = runs.id
      AND json_extract(failure, '$.code') IN ('deadline', 'source_timeout')),
  deliver_by IS NULL, deliver_by, created_at, rowid

-- name: wake
-- The next instant at which a queued run comes due, one that waits looks again, or a ready one may
-- be posted; not of clients that are paused.
SELECT min(at) AS at FROM (
  SELECT client, next_attempt_at AS at FROM runs
  WHERE status IN ('queued', 'waiting') AND next_attempt_at > :now
  UNION ALL
  SELECT client, post_at FROM runs WHERE status = 'ready' AND post_at > :now)
WHERE client NOT IN (SELECT client FROM pauses WHERE resumed_at IS NULL)

-- name: waits
-- What the last look of each run that waits for its data found.
SELECT runs.id, attempts.failure FROM runs
JOIN attempts ON attempts.run = runs.id AND attempts.number = runs.attempts
WHERE runs.status = 'waiting' AND attempts.failure IS NOT NULL

-- name: latest
-- Newest first, of one report or of all of a client's.
SELECT * FROM runs
WHERE client = :client AND (:report IS NULL OR report = :report)
ORDER BY created_at DESC, rowid DESC
LIMIT :limit

-- name: move
-- One conditional write; nothing comes back when the run was in none of the statuses.
UPDATE runs
SET status = :to, next_attempt_at = :next_attempt_at, hold = coalesce(:hold, hold),
  without = coalesce(:without, without)
WHERE id = :id AND status IN (SELECT value FROM json_each(:status))
RETURNING *

-- name: begin
-- Queued → running, counted.
UPDATE runs SET status = 'running', attempts = attempts + 1, next_attempt_at = NULL
WHERE id = :id AND status = 'queued'
RETURNING attempts

-- name: finish
-- Running → what the attempt's end says. A run that was skipped meanwhile stays skipped.
UPDATE runs
SET status = :to, next_attempt_at = :next_attempt_at, retries = coalesce(:retries, retries),
  hold = :hold
WHERE id = :id AND status = 'running'

-- name: give_way
-- Another run takes over the delivery that this one could not post.
UPDATE runs SET status = 'cancelled', next_attempt_at = NULL
WHERE id = :id AND status IN ('failed', 'held', 'ready', 'posting')
