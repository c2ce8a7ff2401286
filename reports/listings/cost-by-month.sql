-- Few challenges have several costs: of those each source's are summed up, and the largest sum counts.

-- rows
WITH
  told AS MATERIALIZED (
    SELECT life, lower(coalesce(provider, source)) AS provider, currency, factor, source, cost_micros AS micros
    FROM evidence NOT INDEXED WHERE life IS NOT NULL AND cost_micros IS NOT NULL),
  several AS MATERIALIZED (SELECT life FROM told GROUP BY life HAVING count(*) > 1),
  costs AS (
    SELECT life, provider, currency, factor, micros FROM told WHERE life NOT IN (SELECT life FROM several)
    UNION ALL
    SELECT life, provider, currency, max(factor), max(micros)
    FROM (SELECT life, provider, currency, max(factor) AS factor, sum(micros) AS micros
          FROM told WHERE life IN (SELECT life FROM several)
          GROUP BY life, provider, currency, source)
    GROUP BY life, provider, currency),
  parts AS (
    SELECT month, coalesce(costs.factor, last_factor) AS factor, costs.provider, purpose, micros, currency
    FROM costs CROSS JOIN challenges ON challenges.life = costs.life
    WHERE in_period AND sent > 0
    UNION ALL
    SELECT month, last_factor, lower(provider), purpose, NULL, NULL FROM challenges
    WHERE in_period AND sent > 0 AND life NOT IN (SELECT life FROM told))
SELECT month, coalesce(factor, 'not told') AS factor, coalesce(provider, 'none') AS provider,
       coalesce(purpose, 'not told') AS purpose, count(*) AS challenges,
       CASE WHEN sum(micros) IS NULL THEN 'not told'
            ELSE printf('%d.%06d %s', sum(micros) / 1000000, sum(micros) % 1000000, coalesce(currency, '')) END AS cost
FROM parts
GROUP BY month, parts.factor, parts.provider, parts.purpose, micros IS NULL, currency
ORDER BY month, factor, provider, purpose, currency
