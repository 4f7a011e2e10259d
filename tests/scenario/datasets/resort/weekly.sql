-- Arrivals by arrival date, bookings by the day they were made, cancellations by the day recorded.
with marked as (
  select *,
    arrival_date >= $period_start and arrival_date < $period_end as arrives,
    booked_date >= $period_start and booked_date < $period_end as created,
    status_date >= $period_start and status_date < $period_end as recorded
  from bookings
)
select
  count(*) filter (arrives) as arrivals_booked,
  count(*) filter (arrives and cancelled) as arrivals_canceled,
  count(*) filter (arrives and reservation_status = 'No-Show') as no_shows,
  count(*) filter (arrives and reservation_status = 'Check-Out') as stays,
  coalesce(sum(nights) filter (arrives and not cancelled), 0) as room_nights,
  coalesce(sum(adr * nights) filter (arrives and not cancelled), 0) as room_revenue_eur,
  avg(adr) filter (arrives and not cancelled) as adr_mean_eur,
  coalesce(sum(adr * nights) filter (arrives), 0) as booked_value_eur,
  count(*) filter (created) as created_bookings,
  count(*) filter (recorded and reservation_status = 'Canceled') as cancellations_recorded
from marked
