-- rows
WITH
  costs AS (
    SELECT life, provider, currency, max(factor) AS factor, max(micros) AS micros
    FROM (SELECT life, lower(coalesce(provider, source)) AS provider, currency, max(factor) AS factor,
                 sum(cost_micros) AS micros
          FROM evidence WHERE life IS NOT NULL AND cost_micros IS NOT NULL
          GROUP BY life, lower(coalesce(provider, source)), currency, source)
    GROUP BY life, provider, currency),
  parts AS (
    SELECT month, coalesce(costs.factor, last_factor) AS factor, costs.provider, purpose, micros, currency
    FROM costs JOIN challenges ON challenges.life = costs.life
    WHERE in_period AND sent > 0
    UNION ALL
    SELECT month, last_factor, lower(provider), purpose, NULL, NULL FROM challenges
    WHERE in_period AND sent > 0
      AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.life = challenges.life AND cost_micros IS NOT NULL))
SELECT month, coalesce(factor, 'not told') AS factor, coalesce(provider, 'none') AS provider,
       coalesce(purpose, 'not told') AS purpose, count(*) AS challenges,
       CASE WHEN sum(micros) IS NULL THEN 'not told'
            ELSE printf('%d.%06d %s', sum(micros) / 1000000, sum(micros) % 1000000, coalesce(currency, '')) END AS cost
FROM parts
GROUP BY month, parts.factor, parts.provider, parts.purpose, micros IS NULL, currency
ORDER BY month, factor, provider, purpose, currency
