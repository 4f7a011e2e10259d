-- Open pipeline is as of the end of the period; open deals count at their list price.
with marked as (
  select *,
    engage_date >= $period_start and engage_date < $period_end as engaged,
    close_date >= $period_start and close_date < $period_end as closed,
    engage_date < $period_end and (close_date is null or close_date >= $period_end) as open
  from deals
)
select
  count(*) filter (engaged) as new_opportunities,
  count(*) filter (closed and deal_stage = 'Won') as deals_won,
  count(*) filter (closed and deal_stage = 'Lost') as deals_lost,
  coalesce(sum(close_value) filter (closed and deal_stage = 'Won'), 0) as won_value_usd,
  avg(date_diff('day', engage_date, close_date)) filter (closed) as avg_sales_cycle_days,
  count(*) filter (open) as open_pipeline_deals_eow,
  coalesce(sum(sales_price) filter (open), 0) as open_pipeline_list_value_usd_eow
from marked
