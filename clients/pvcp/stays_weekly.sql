-- Stays by their first day; cancelled ones never began.
SELECT
    sum(nights)        AS room_nights,
    sum(nights * rate) AS revenue
FROM bookings
WHERE arrival >= $period_start
  AND arrival < $period_end
  AND cancelled_on IS NULL
