-- span: all: asked once for all periods together (period_start and period_end are then around all
-- of them); period_start says which period a row is about. Costs one scan instead of ten.
SELECT
  DATE_TRUNC(day, WEEK(MONDAY)) AS period_start,
  SUM(cost)                     AS ad_spend
FROM spend
WHERE day >= @period_start
  AND day < @period_end
GROUP BY 1
