SELECT count(*) AS orders, sum(total) AS revenue, max(day) AS data_to
FROM orders
WHERE day >= $period_start AND day < $period_end
