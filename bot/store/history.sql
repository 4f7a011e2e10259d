-- Read only: how clients have been served.

-- name: record
-- Of the last fires that were meant to be posted: how many were, and how many of those in time.
-- A fire without a promise is in time whenever it is posted; one that is still on its way counts
-- only once it is posted or its promise is broken, one that nobody ran or that was given up at once.
WITH fires AS (
  SELECT runs.id, runs.deliver_by, runs.status, runs.client, runs.report, runs.period_start, runs.period_end,
    (SELECT min(posted_at) FROM deliveries
     WHERE kind = 'report' AND state = 'posted' AND deliveries.client = runs.client
       AND deliveries.report = runs.report AND deliveries.period_start = runs.period_start
       AND deliveries.period_end = runs.period_end) AS posted_at
  FROM runs
  WHERE runs.client = :client AND (:report IS NULL OR runs.report = :report)
    AND runs.trigger = 'scheduled' AND runs.status NOT IN ('skipped', 'cancelled')
  ORDER BY runs.created_at DESC, runs.rowid DESC
  LIMIT :fires)
SELECT
  count(posted_at) AS posted,
  count(*) FILTER (WHERE posted_at IS NOT NULL OR deliver_by < :now
    OR status IN ('missed', 'failed')) AS due,
  count(*) FILTER (WHERE posted_at IS NOT NULL
    AND (deliver_by IS NULL OR posted_at <= deliver_by)) AS in_time,
  (SELECT coalesce(sum((deliveries.revision > 0) + (deliveries.version - 1)), 0)
   FROM deliveries JOIN fires ON fires.client = deliveries.client
     AND fires.report = deliveries.report AND fires.period_start = deliveries.period_start
     AND fires.period_end = deliveries.period_end
   WHERE deliveries.kind = 'report' AND deliveries.state = 'posted') AS corrections,
  (SELECT count(*) FROM fires JOIN outcomes ON outcomes.run = fires.id
   WHERE fires.posted_at IS NOT NULL
     AND json_extract(outcomes.report, '$.author_note') != '') AS without_ai
FROM fires

-- name: months
-- The same by the month of the fire's own local time, newest first.
WITH fires AS (
  SELECT substr(scheduled_for, 1, 7) || '-01' AS first, deliver_by, status,
    (SELECT min(posted_at) FROM deliveries
     WHERE kind = 'report' AND state = 'posted' AND deliveries.client = runs.client
       AND deliveries.report = runs.report AND deliveries.period_start = runs.period_start
       AND deliveries.period_end = runs.period_end) AS posted_at
  FROM runs
  WHERE client = :client AND trigger = 'scheduled' AND status NOT IN ('skipped', 'cancelled')
    AND scheduled_for >= :first)
SELECT first, count(*) AS due,
  count(*) FILTER (WHERE posted_at IS NOT NULL
    AND (deliver_by IS NULL OR posted_at <= deliver_by)) AS in_time
FROM fires
WHERE posted_at IS NOT NULL OR deliver_by < :now OR status IN ('missed', 'failed')
GROUP BY first
ORDER BY first DESC

-- name: walls
-- What stood around the newest attempt that told it.
SELECT walls FROM attempts JOIN runs ON runs.id = attempts.run
WHERE runs.client = :client AND walls IS NOT NULL
ORDER BY started_at DESC
LIMIT 1

-- name: last_posted
-- The newest post, with the promise it was made under.
SELECT deliveries.posted_at, runs.deliver_by
FROM deliveries JOIN runs ON runs.id = deliveries.run
WHERE deliveries.kind = 'report' AND deliveries.state = 'posted' AND deliveries.client = :client
  AND (:report IS NULL OR deliveries.report = :report)
  AND (:before IS NULL OR deliveries.posted_at < :before)
ORDER BY deliveries.posted_at DESC
LIMIT 1

-- name: last_report
-- What the newest post of a report says.
SELECT deliveries.posted_at, outcomes.report
FROM deliveries JOIN outcomes ON outcomes.run = deliveries.run
WHERE deliveries.kind = 'report' AND deliveries.state = 'posted' AND deliveries.client = :client
  AND deliveries.report = :report
ORDER BY deliveries.posted_at DESC
LIMIT 1

-- name: rows
-- One line per run, newest first: its post, and what its last failed attempt said. A run that
-- replaced a post has that post now, and was held before; the run it was taken from has none any
-- more. One that found nothing new never had any, and came to its figures after they were posted.
SELECT runs.*, deliveries.posted_at AS posted_at,
  runs.hold = 'changed' AND coalesce(deliveries.version > 1, 0) AS corrected,
  runs.status = 'succeeded' AND deliveries.key IS NULL AND runs.hold != 'changed' AND EXISTS (
    SELECT 1 FROM deliveries AS there WHERE there.kind = 'report' AND there.state = 'posted'
      AND there.client = runs.client AND there.report = runs.report
      AND there.period_start = runs.period_start AND there.period_end = runs.period_end
      AND there.posted_at < (SELECT max(ended_at) FROM attempts WHERE attempts.run = runs.id)
  ) AS unchanged,
  runs.status = 'succeeded' AND deliveries.key IS NULL AND EXISTS (
    SELECT 1 FROM deliveries AS there WHERE there.kind = 'report' AND there.state = 'posted'
      AND there.client = runs.client AND there.report = runs.report
      AND there.period_start = runs.period_start AND there.period_end = runs.period_end
      AND there.version > 1
  ) AS replaced,
  (SELECT failure FROM attempts WHERE attempts.run = runs.id AND ended = 'failed'
   ORDER BY number DESC LIMIT 1) AS failure,
  (SELECT walls FROM attempts WHERE attempts.run = runs.id AND walls IS NOT NULL
   ORDER BY number DESC LIMIT 1) AS walls,
  (SELECT json_group_array(json_extract(each.value, '$.subject'))
   FROM outcomes, json_each(outcomes.report, '$.findings') AS each
   WHERE outcomes.run = runs.id AND json_extract(each.value, '$.code') = 'egress_refused') AS refused
FROM runs
LEFT JOIN deliveries ON deliveries.run = runs.id AND deliveries.kind = 'report'
  AND deliveries.state = 'posted'
WHERE runs.client = :client AND (:report IS NULL OR runs.report = :report)
ORDER BY runs.created_at DESC, runs.rowid DESC
LIMIT :limit

-- name: costs
-- The cost of these runs, line by line.
SELECT run, cost FROM usage WHERE run IN (SELECT value FROM json_each(:runs))

-- name: uses
-- The newest ended attempts of a client: what failed in each, and which sources a report came from;
-- to be asked for more than is there yet is no failure.
SELECT attempts.ended_at, attempts.ended, attempts.failure,
  (SELECT json_group_array(json_extract(each.value, '$.source'))
   FROM outcomes, json_each(outcomes.report, '$.provenance') AS each
   WHERE outcomes.run = attempts.run AND outcomes.attempt = attempts.number) AS sources
FROM attempts JOIN runs ON runs.id = attempts.run
WHERE runs.client = :client AND attempts.ended IN ('report', 'failed')
  AND json_extract(attempts.failure, '$.code') IS NOT 'not_fresh'
ORDER BY attempts.ended_at DESC
LIMIT :limit
