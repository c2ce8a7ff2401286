-- rows
SELECT coalesce(last_factor, 'not told') AS factor, coalesce(provider, 'none') AS provider, count(*) AS challenges,
       sum(verified > 0) AS passed, sum(delivered > 0) AS delivered, sum(verified > 0) * 1000 / count(*) AS share_passed,
       count(*) * 1000 / sum(count(*)) OVER () AS share,
       CASE WHEN last_factor IN ('sms', 'voice') THEN 'yes' WHEN last_factor = 'email' THEN 'no; not out-of-band'
            ELSE 'no' END AS restricted
FROM challenges WHERE in_period
GROUP BY last_factor, provider ORDER BY challenges DESC, factor, provider
