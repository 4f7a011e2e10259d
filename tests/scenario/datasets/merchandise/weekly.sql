-- A session is a distinct pair of user and session id: session_start events are sampled away.
with chosen as (
  select *, (user_pseudo_id, ga_session_id) as visit, event_name = 'purchase' as bought
  from ga4_events
  where event_date >= $period_start and event_date < $period_end
)
select
  count(distinct visit) as sessions,
  count(distinct user_pseudo_id) as users,
  count(*) filter (event_name = 'page_view') as page_views,
  count(*) filter (bought) as purchases,
  count(distinct transaction_id)
    filter (bought and transaction_id is not null and transaction_id <> '(not set)')
    as distinct_transactions,
  coalesce(sum(purchase_revenue_usd) filter (bought), 0) as revenue_usd,
  count(distinct visit) filter (bought) as converting_sessions
from chosen
