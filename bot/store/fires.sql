-- Fires: how far schedules were looked at, what came of each, and what that asks for.

-- name: first_seen
-- A report's history starts when its file is first seen (Settled 9).
INSERT INTO watermarks (client, report, considered) VALUES (:client, :report, :considered)
ON CONFLICT (client, report) DO UPDATE SET considered = considered
RETURNING considered

-- name: considered
-- Backwards too, after a clock that was ahead: what is looked at again finds its rows by their keys.
INSERT INTO watermarks (client, report, considered) VALUES (:client, :report, :considered)
ON CONFLICT (client, report) DO UPDATE SET considered = excluded.considered

-- name: of_key
-- The row of a fire, if it has one.
SELECT * FROM runs WHERE client = :client AND report = :report AND key = :key

-- name: of_period
-- The run that a fire of this period must not double.
SELECT * FROM runs
WHERE client = :client AND report = :report
  AND period_start = :period_start AND period_end = :period_end
  AND status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled')

-- name: revive
-- Missed by a clock that was ahead of its time, and due only now.
UPDATE runs
SET status = 'queued', as_of = :as_of, created_at = :created_at, late = :late,
  next_attempt_at = :next_attempt_at, unsaid = NULL
WHERE id = :id AND status = 'missed'
RETURNING *

-- name: again
-- A fire whose period has a run that failed is another try at it, under the fire's own promise.
UPDATE runs
SET status = 'queued', next_attempt_at = :next_attempt_at, post_at = :post_at,
  deliver_by = :deliver_by
WHERE id = :id AND status = 'failed'

-- name: promise
-- A run that somebody asked for and that a fire joins keeps the fire's promise, if nothing else has.
UPDATE runs SET deliver_by = :deliver_by
WHERE id = :id AND deliver_by IS NULL AND NOT EXISTS (
  SELECT 1 FROM deliveries
  WHERE deliveries.client = :client AND deliveries.report = :report AND state = 'posted'
    AND deliveries.period_start = :period_start AND deliveries.period_end = :period_end)

-- name: to_say
-- A missed fire stays to be said until a message that names it is a row of its own.
UPDATE runs SET unsaid = '' WHERE id = :id

-- name: gather
-- One message for all that no message names yet; it is called by the oldest of them.
UPDATE runs SET unsaid = (
  SELECT id FROM runs WHERE unsaid = '' ORDER BY created_at, rowid LIMIT 1)
WHERE unsaid = ''

-- name: unsaid
SELECT * FROM runs WHERE unsaid IS NOT NULL ORDER BY unsaid, id != unsaid, created_at, rowid

-- name: said
UPDATE runs SET unsaid = NULL WHERE unsaid = :message

-- name: lengths
-- How long the newest successful attempts took.
SELECT client, report, started_at, ended_at FROM (
  SELECT runs.client, runs.report, attempts.started_at, attempts.ended_at,
    row_number() OVER (PARTITION BY runs.client, runs.report ORDER BY attempts.started_at DESC) AS nth
  FROM attempts JOIN runs ON runs.id = attempts.run
  WHERE attempts.ended = 'report' AND attempts.started_at >= :since)
WHERE nth <= :newest

-- name: expect_no_more
-- What was warned of stays until that is settled.
DELETE FROM expected WHERE client = :client AND message IS NULL

-- name: expect
INSERT INTO expected
  (client, report, key, due_at, deliver_by, client_name, report_title, timezone, owner)
VALUES
  (:client, :report, :key, :due_at, :deliver_by, :client_name, :report_title, :timezone, :owner)
ON CONFLICT (client, report, key) DO NOTHING
