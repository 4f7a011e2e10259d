-- One SELECT, one row; its columns are the metrics. $period_end is the day after the last.
SELECT
    count(*)   AS orders,
    sum(total) AS revenue
FROM orders
WHERE ordered_on >= $period_start
  AND ordered_on < $period_end
