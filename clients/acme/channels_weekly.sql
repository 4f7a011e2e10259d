-- One row for each channel: the label (by: channel) and the value (metric: revenue).
SELECT
    channel,
    sum(gross - refunds) AS revenue
FROM daily
WHERE day >= $period_start
  AND day < $period_end
GROUP BY channel
