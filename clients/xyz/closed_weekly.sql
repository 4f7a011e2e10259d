SELECT
  COUNTIF(stage = 'won')                  AS deals_won,
  COUNTIF(stage = 'lost')                 AS deals_lost,
  SUM(IF(stage = 'won', amount, 0))       AS won_value
FROM `xyz-pipeline.crm.opportunities`
WHERE closed_on >= @period_start
  AND closed_on < @period_end
