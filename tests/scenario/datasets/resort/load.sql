-- The source writes the arrival's day in three columns, months by their English names.
create view bookings as
with raw as (
  select *,
    strptime(
      arrival_date_year || '-' || arrival_date_month || '-' || arrival_date_day_of_month, '%Y-%B-%d'
    )::date as arrived
  from read_csv('hotel_bookings.csv.gz', header = true, all_varchar = true)
)
select
  is_canceled::int = 1 as cancelled,
  arrived as arrival_date,
  arrived - lead_time::int as booked_date,
  stays_in_weekend_nights::int + stays_in_week_nights::int as nights,
  adr::double as adr,
  reservation_status,
  reservation_status_date::date as status_date
from raw;
