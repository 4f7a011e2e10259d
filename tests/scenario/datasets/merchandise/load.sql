create view ga4_events as
select * from read_csv('ga4_events_flat.csv.gz', header = true, nullstr = '', columns = {
  'event_date': 'DATE', 'event_timestamp': 'BIGINT', 'event_name': 'VARCHAR',
  'user_pseudo_id': 'VARCHAR', 'ga_session_id': 'BIGINT', 'ga_session_number': 'BIGINT',
  'engagement_time_msec': 'BIGINT', 'page_location': 'VARCHAR', 'first_source': 'VARCHAR',
  'first_medium': 'VARCHAR', 'first_campaign': 'VARCHAR', 'device_category': 'VARCHAR',
  'country': 'VARCHAR', 'transaction_id': 'VARCHAR', 'purchase_revenue_usd': 'DOUBLE',
  'total_item_quantity': 'BIGINT'
});
