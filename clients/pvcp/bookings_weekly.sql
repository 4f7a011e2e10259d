-- Both counts are by the day it happened, so a week that is over never changes afterwards.
SELECT
    count(*) FILTER (booked_on >= $period_start AND booked_on < $period_end)       AS bookings,
    count(*) FILTER (cancelled_on >= $period_start AND cancelled_on < $period_end) AS cancellations
FROM bookings
