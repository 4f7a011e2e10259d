-- One row per ISO week: "time" is its Monday.
create view ads_weekly as
select "time"::date as week_start, * exclude ("time")
from read_csv('national_all_channels.csv.gz', header = true);
