-- A query is one SELECT in the source's own dialect. These parameters are bound where it names them:
--   $period_start, $period_end         dates; the end is the day after the last
--   $period_start_at, $period_end_at   the same as instants, midnight in the client's zone
--   $timezone                          the client's zone, such as Europe/Paris
-- For BigQuery they begin with @ instead of $.
--
-- One row comes back. Its columns are the metrics; data_to says up to which day there are data.
SELECT
    count(*)        AS orders,
    sum(total)      AS revenue,
    max(ordered_on) AS data_to
FROM orders
WHERE ordered_on >= $period_start
  AND ordered_on < $period_end
