-- Deliveries: every message of ours, posted exactly once.

-- name: insert
-- Nothing comes back when its key is there already.
INSERT INTO deliveries (key, kind, client, report, period_start, period_end, revision, run, incident,
  channel, parent, bodies, state, rung, ts, posting_since, not_before, tries, error, version, shown,
  created_at, posted_at)
VALUES (:key, :kind, :client, :report, :period_start, :period_end, :revision, :run, :incident,
  :channel, :parent, :bodies, :state, :rung, :ts, :posting_since, :not_before, :tries, :error,
  :version, :shown, :created_at, :posted_at)
ON CONFLICT (key) DO NOTHING
RETURNING key

-- name: get
SELECT * FROM deliveries WHERE key = :key

-- name: due
-- What is to be posted or read back, the most urgent first: parents before replies, then reports by
-- their deadlines, then the rest in the order it was asked for; who has waited since before :aged
-- waits behind nobody. A reply waits for the earlier ones of its thread, so that a thread reads in
-- order. Nothing waits beyond :ahead: a clock that was ahead of its time wrote that down.
SELECT one.* FROM deliveries AS one LEFT JOIN runs ON runs.id = one.run AND one.kind = 'report'
WHERE state IN ('pending', 'posting', 'unknown') AND (state = 'posting'
    OR (state IN ('pending', 'unknown') AND (
      not_before IS NULL OR not_before <= :now OR not_before > :ahead)))
  AND NOT (state = 'pending' AND parent IS NOT NULL AND EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.parent = one.parent AND earlier.rowid < one.rowid
      AND earlier.state IN ('pending', 'posting', 'unknown')))
ORDER BY parent IS NOT NULL, one.kind != 'report' AND one.created_at > :aged,
  coalesce(runs.deliver_by, one.created_at), one.rowid

-- name: wake
-- The next instant at which something waits to be posted or read back.
SELECT min(not_before) AS at FROM deliveries
WHERE state IN ('pending', 'unknown') AND not_before IS NOT NULL

-- name: begin
-- Pending → posting. `shown` becomes the version that goes out, so that a revision made during the
-- call is seen as an edit that is due.
UPDATE deliveries
SET state = 'posting', posting_since = :since, rung = coalesce(:rung, rung), not_before = NULL,
  tries = tries + 1, shown = version
WHERE key = :key AND state = 'pending'
RETURNING *

-- name: posted
-- A ts in hand is the strongest fact there is: whatever was believed meanwhile, it is posted.
UPDATE deliveries
SET state = 'posted', ts = :ts, posted_at = :at, not_before = NULL, error = ''
WHERE key = :key AND state != 'posted'
RETURNING *

-- name: unknown
-- Only of the posting that it is about.
UPDATE deliveries SET state = 'unknown', error = :error, not_before = :not_before
WHERE key = :key AND state IN ('posting', 'unknown') AND posting_since = :since

-- name: again
-- Certainly not stored: back to pending. What was learnt of one posting never undoes a later one.
UPDATE deliveries SET state = 'pending', rung = :rung, error = :error, not_before = :not_before
WHERE key = :key
  AND ((:since IS NULL AND state = 'pending')
    OR (state IN ('posting', 'unknown') AND posting_since = :since))

-- name: failed
UPDATE deliveries SET state = 'failed', error = :error, not_before = NULL
WHERE key = :key AND state IN ('pending', 'posting', 'unknown')
RETURNING *

-- name: cancel
UPDATE deliveries SET state = 'cancelled', not_before = NULL
WHERE key = :key AND state = 'pending'
RETURNING key

-- name: redirect
-- What failed in its place is said in another one, from the top of its ladder.
UPDATE deliveries
SET state = 'pending', channel = :channel, rung = 0, not_before = NULL, tries = 0
WHERE key = :key AND state = 'failed'
RETURNING key

-- name: follow
-- What hangs on a redirected message goes where that goes.
UPDATE deliveries SET channel = :channel WHERE parent = :key AND state = 'pending'

-- name: renumber
UPDATE deliveries SET channel = :new WHERE channel = :old

-- name: take_over
-- An unposted delivery of the same key becomes another run's.
UPDATE deliveries
SET run = :run, channel = :channel, bodies = :bodies, state = 'pending', rung = :rung,
  not_before = :not_before, tries = 0, error = '', version = version + 1
WHERE key = :key AND state IN ('pending', 'failed', 'cancelled')

-- name: doubt
-- After a restore: what a lost database may have posted is looked for before it is posted.
UPDATE deliveries
SET state = 'unknown', shown = version, error = 'restored', not_before = restored.until,
  posting_since = (SELECT value FROM meta WHERE key = 'restored_since')
FROM (SELECT value AS until FROM meta WHERE key = 'restored_until') AS restored
WHERE deliveries.key = :key AND state = 'pending'
  AND ((kind = 'report' AND period_end <= date(restored.until, '+1 day'))
    OR (kind = 'ops' AND date(created_at) <= date(restored.until, '+1 day')))

-- name: patience
-- After a restore: the line that a report is late waits, the report may be found.
UPDATE deliveries SET not_before = restored.patient
FROM (SELECT value AS patient FROM meta WHERE key = 'restored_patient') AS restored
WHERE deliveries.key = :key AND state = 'pending' AND kind = 'notice'
  AND created_at < restored.patient

-- name: revise
-- What it should say now; the same words again are no new version.
UPDATE deliveries
SET bodies = :bodies, version = version + (bodies != :bodies), run = coalesce(:run, run)
WHERE key = :key
RETURNING key

-- name: stale
-- Posted, and Slack shows an older version.
SELECT * FROM deliveries INDEXED BY deliveries_stale
WHERE state = 'posted' AND shown < version
ORDER BY rowid

-- name: showed
UPDATE deliveries SET shown = max(shown, min(:version, version)) WHERE key = :key

-- name: settle_run
-- A report's end decides its run's, in the same transaction.
UPDATE runs SET status = :to WHERE id = :run AND status = 'posting'

-- name: of_incident
-- The messages of one incident, in the order they were asked for.
SELECT * FROM deliveries WHERE incident = :incident ORDER BY +rowid

-- name: of_run
-- The report delivery that a run was, or is to be, posted by.
SELECT * FROM deliveries WHERE kind = 'report' AND run = :run ORDER BY revision DESC LIMIT 1

-- name: of_message
-- The message that a button was pressed under.
SELECT * FROM deliveries WHERE channel = :channel AND ts = :ts

-- name: highest_revision
-- The number of the newest revision of a period's post; -1 when there is none.
SELECT coalesce(max(revision), -1) FROM deliveries
WHERE kind = 'report' AND client = :client AND report = :report
  AND period_start = :period_start AND period_end = :period_end

-- name: undelivered
-- Alerts that could be said nowhere: cards of incidents that are still open, and the rest that
-- failed lately.
SELECT count(*) FROM deliveries LEFT JOIN incidents ON incidents.id = deliveries.incident
WHERE deliveries.state = 'failed'
  AND ((deliveries.kind = 'card' AND incidents.status = 'open')
    OR (deliveries.kind IN ('notice', 'ops') AND deliveries.created_at >= :since))

-- name: meta
SELECT value FROM meta WHERE key = :key

-- name: remember
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
