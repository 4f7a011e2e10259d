-- One row for one period. It is asked once for each period the report needs (this week, the one
-- before, last year's, the trend's); period_end is the day after the last.
SELECT
    sum(orders)          AS orders,
    sum(gross - refunds) AS revenue,
    max(day)             AS data_to      -- the last day the data speaks of, for the post's small print
FROM daily
WHERE day >= $period_start
  AND day < $period_end
