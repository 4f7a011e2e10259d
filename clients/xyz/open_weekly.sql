-- What was open on the last evening of the period: opened before its end, closed after it or not yet.
SELECT SUM(amount) AS open_pipeline
FROM `xyz-pipeline.crm.opportunities`
WHERE opened_on < @period_end
  AND (closed_on IS NULL OR closed_on >= @period_end)
