SELECT
    segment,
    sum(nights * rate) AS revenue
FROM bookings
WHERE arrival >= $period_start
  AND arrival < $period_end
  AND cancelled_on IS NULL
GROUP BY segment
