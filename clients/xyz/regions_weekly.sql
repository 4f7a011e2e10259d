SELECT
  region,
  SUM(amount) AS won_value
FROM `xyz-pipeline.crm.opportunities`
WHERE stage = 'won'
  AND closed_on >= @period_start
  AND closed_on < @period_end
GROUP BY region
