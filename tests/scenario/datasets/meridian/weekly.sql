-- Spend is the sum of the five channels; revenue is conversions times the revenue of one.
with chosen as (
  select
    Channel0_spend + Channel1_spend + Channel2_spend + Channel3_spend + Channel4_spend as spent,
    *
  from ads_weekly
  where week_start >= $period_start and week_start < $period_end
)
select
  sum(spent) as spend,
  sum(Channel0_spend) as spend_channel0,
  sum(Channel1_spend) as spend_channel1,
  sum(Channel2_spend) as spend_channel2,
  sum(Channel3_spend) as spend_channel3,
  sum(Channel4_spend) as spend_channel4,
  sum(conversions) as conversions,
  sum(conversions * revenue_per_conversion) as revenue
from chosen
