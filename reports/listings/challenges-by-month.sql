-- rows
SELECT month, count(*) AS challenges, sum(state = 'passed') AS passed, sum(state = 'failed') AS failed,
       sum(state = 'expired') AS expired, sum(state = 'cancelled') AS cancelled,
       sum(state = 'undelivered') AS undelivered, sum(state = 'open') AS open,
       sum(state = 'passed') * 1000 / count(*) AS share
FROM (SELECT month, CASE WHEN verified > 0 THEN 'passed' WHEN cancelled > 0 THEN 'cancelled'
                         WHEN expired > 0 THEN 'expired' WHEN failed > 0 THEN 'failed'
                         WHEN undelivered > 0 AND delivered = 0 THEN 'undelivered' ELSE 'open' END AS state
      FROM challenges WHERE in_period)
GROUP BY month ORDER BY month
