-- BigQuery writes its parameters @period_start; both are dates, period_end is the day after.
SELECT COUNT(*) AS new_opportunities
FROM `xyz-pipeline.crm.opportunities`
WHERE opened_on >= @period_start
  AND opened_on < @period_end
