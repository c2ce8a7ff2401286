-- A challenge counts once for each channel that it was sent by. Codes that are shown and not sent are left out.

-- population
WITH sends AS (
  SELECT month, factor, coalesce(provider, '-') AS provider, item, undelivered > 0 AS undelivered
  FROM challenges
  WHERE in_period = 1 AND sent > 0 AND factor = last_factor
  UNION ALL
  SELECT challenges.month, evidence.factor, coalesce(max(evidence.provider), '-'), challenges.item,
         max(evidence.type = 'challenge.undelivered')
  FROM challenges CROSS JOIN evidence
  WHERE challenges.in_period = 1 AND challenges.sent > 0 AND challenges.factor <> challenges.last_factor
    AND evidence.life = challenges.life AND evidence.type IN ('challenge.sent', 'challenge.undelivered')
  GROUP BY challenges.life, evidence.factor)
SELECT month || ' ' || factor || ' ' || provider AS item
FROM sends
WHERE factor IN ('sms', 'whatsapp', 'voice', 'email', 'push')
GROUP BY month, factor, provider
HAVING count(*) >= :sends_least

-- exceptions
WITH sends AS (
  SELECT month, factor, coalesce(provider, '-') AS provider, item, undelivered > 0 AS undelivered
  FROM challenges
  WHERE in_period = 1 AND sent > 0 AND factor = last_factor
  UNION ALL
  SELECT challenges.month, evidence.factor, coalesce(max(evidence.provider), '-'), challenges.item,
         max(evidence.type = 'challenge.undelivered')
  FROM challenges CROSS JOIN evidence
  WHERE challenges.in_period = 1 AND challenges.sent > 0 AND challenges.factor <> challenges.last_factor
    AND evidence.life = challenges.life AND evidence.type IN ('challenge.sent', 'challenge.undelivered')
  GROUP BY challenges.life, evidence.factor),
numbered AS (
  SELECT month, factor, provider, item, undelivered,
         row_number() OVER (PARTITION BY month, factor, provider, undelivered ORDER BY item) AS place
  FROM sends
  WHERE factor IN ('sms', 'whatsapp', 'voice', 'email', 'push'))
SELECT month || ' ' || factor || ' ' || provider AS item,
       json_group_array(item) FILTER (WHERE undelivered AND place <= 100) AS records,
       sum(undelivered) || ' of ' || count(*) || ' challenges were reported undelivered, '
       || (sum(undelivered) * 1000 / count(*)) || ' permille; at most ' || :most_permille || ' may be' AS observed
FROM numbered
GROUP BY month, factor, provider
HAVING count(*) >= :sends_least AND sum(undelivered) * 1000 > :most_permille * count(*)
