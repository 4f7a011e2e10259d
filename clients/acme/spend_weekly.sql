-- span: all in client.yaml: asked once, with period_start and period_end around every week that the
-- report needs; each row says by its own period_start which week it is about.
SELECT
    CAST(date_trunc('week', day) AS DATE) AS period_start,
    sum(cost)                             AS ad_spend
FROM ads
WHERE day >= $period_start
  AND day < $period_end
GROUP BY 1
