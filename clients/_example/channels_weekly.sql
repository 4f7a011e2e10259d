-- A breakdown returns one row for each label: the columns are by and metric of client.yaml.
SELECT
    channel,
    sum(total) AS revenue
FROM orders
WHERE ordered_on >= $period_start
  AND ordered_on < $period_end
GROUP BY channel
