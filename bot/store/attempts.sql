-- Attempts, the reports they made, and what they cost.

-- name: insert
INSERT INTO attempts (run, number, started_at, asked_by, timings)
VALUES (:run, :number, :started_at, :asked_by, '{}')

-- name: end
-- Only an open attempt can end; nothing comes back when it has. Where the clock was moved meanwhile,
-- the beginning moves with it, so that the two instants tell how long it really took.
UPDATE attempts SET ended_at = :ended_at, ended = :ended, failure = :failure, timings = :timings,
  walls = :walls, started_at = coalesce(:started_at, started_at)
WHERE run = :run AND number = :number AND ended IS NULL
RETURNING run

-- name: of_run
-- Oldest first.
SELECT * FROM attempts WHERE run = :run ORDER BY number

-- name: keep_report
-- A later attempt's report replaces an earlier one's.
INSERT INTO outcomes (run, attempt, made_at, report) VALUES (:run, :attempt, :made_at, :report)
ON CONFLICT (run) DO UPDATE
SET attempt = excluded.attempt, made_at = excluded.made_at, report = excluded.report

-- name: report
SELECT report FROM outcomes WHERE run = :run

-- name: delivered
-- The newest post of a period whose report is still kept.
SELECT deliveries.*, outcomes.report AS made
FROM deliveries JOIN outcomes ON outcomes.run = deliveries.run
WHERE deliveries.kind = 'report' AND deliveries.state = 'posted'
  AND deliveries.client = :client AND deliveries.report = :report
  AND deliveries.period_start = :period_start AND deliveries.period_end = :period_end
ORDER BY deliveries.revision DESC
LIMIT 1

-- name: spend
INSERT INTO usage (run, attempt, client, report, at, kind, item, cost, input_tokens, output_tokens,
  cache_read_tokens, cache_write_tokens, bytes_billed, credits, estimated)
SELECT :run, :attempt, client, report, :at, :kind, :item, :cost, :input_tokens, :output_tokens,
  :cache_read_tokens, :cache_write_tokens, :bytes_billed, :credits, :estimated
FROM runs WHERE id = :run
