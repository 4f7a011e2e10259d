create view deals as
select
  deal.* exclude (product),
  product.sales_price
from read_csv('sales_pipeline.csv.gz', header = true, nullstr = '', columns = {
  'opportunity_id': 'VARCHAR', 'sales_agent': 'VARCHAR', 'product': 'VARCHAR',
  'account': 'VARCHAR', 'deal_stage': 'VARCHAR', 'engage_date': 'DATE', 'close_date': 'DATE',
  'close_value': 'DOUBLE'
}) as deal
-- The pipeline writes GTXPro where the price list has GTX Pro: an inner join would lose its deals.
left join read_csv('products.csv.gz', header = true) as product
  on product.product = case when deal.product = 'GTXPro' then 'GTX Pro' else deal.product end;
