-- What runs cost. Money is exact text, so it is added up in Python, not by SQL's floats.

-- name: lines
-- Every line of cost in a span, oldest first.
SELECT * FROM usage
WHERE at >= :start AND at < :end AND (:client IS NULL OR client = :client)
ORDER BY at, id

-- name: costs
-- The costs alone.
SELECT client, report, kind, cost, credits FROM usage
WHERE at >= :start AND at < :end AND (:client IS NULL OR client = :client)
  AND (:kind IS NULL OR kind = :kind)

-- name: made
-- Reports made in a span, and how many of them a person asked for.
SELECT runs.client, runs.report, count(*) AS reports,
  sum(runs.trigger != 'scheduled') AS reruns
FROM runs
WHERE EXISTS (SELECT 1 FROM attempts WHERE attempts.run = runs.id AND attempts.ended = 'report'
    AND attempts.ended_at >= :start AND attempts.ended_at < :end)
  AND (:client IS NULL OR client = :client)
GROUP BY runs.client, runs.report

-- name: lines_of_run
-- Every line of cost of one run, over all its attempts, oldest first.
SELECT * FROM usage WHERE run = :run ORDER BY at, id

-- name: of_run
-- What one run cost, over all its attempts.
SELECT cost FROM usage WHERE run = :run
