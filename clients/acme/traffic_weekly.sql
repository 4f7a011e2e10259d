SELECT sum(sessions) AS sessions
FROM daily
WHERE day >= $period_start
  AND day < $period_end
