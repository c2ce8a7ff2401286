-- rows
SELECT months.month, coalesce(sent, 0) AS sent, :plan_least AS least, :plan_most AS most,
       CASE WHEN coalesce(sent, 0) < :plan_least THEN 'below' WHEN sent > :plan_most THEN 'above' ELSE 'within' END
       || CASE WHEN month_begins < max(:from, :known_from) OR month_ends > min(:until, :known_until)
               THEN ', in a part of the month' ELSE '' END AS standing
FROM (SELECT DISTINCT month, month_begins, month_ends FROM days) AS months
     LEFT JOIN (SELECT month, sum(sent) AS sent FROM challenges
                WHERE in_period AND coalesce(last_factor, '') NOT IN ('totp', 'passkey', 'push')
                GROUP BY month) AS codes ON codes.month = months.month
ORDER BY months.month
