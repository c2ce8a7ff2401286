-- rows
SELECT month, count(*) AS events, sum(received - occurred > 300000000 AND proof <> 'backfill') AS late,
       sum(proof = 'backfill') AS imported
FROM evidence WHERE in_period GROUP BY month ORDER BY month
