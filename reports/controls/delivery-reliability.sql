-- A challenge counts once for each channel that it was sent by. Codes that are shown and not sent are left out.

-- with
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
shares AS MATERIALIZED (
  SELECT month, factor, provider, count(*) AS sends, sum(undelivered) AS undelivered
  FROM sends
  WHERE factor IN ('sms', 'whatsapp', 'voice', 'email', 'push')
  GROUP BY month, factor, provider
  HAVING count(*) >= :sends_least),
numbered AS (
  SELECT month, factor, provider, item,
         row_number() OVER (PARTITION BY month, factor, provider ORDER BY item) AS place
  FROM sends
  WHERE undelivered
    AND (month, factor, provider) IN (SELECT month, factor, provider FROM shares
                                      WHERE shares.undelivered * 1000 > :most_permille * shares.sends))

-- population
SELECT month || ' ' || factor || ' ' || provider AS item FROM shares

-- exceptions
SELECT month || ' ' || factor || ' ' || provider AS item, json_group_array(numbered.item) AS records,
       undelivered || ' of ' || sends || ' challenges were reported undelivered, '
       || (undelivered * 1000 / sends) || ' permille; at most ' || :most_permille || ' may be' AS observed
FROM shares JOIN numbered USING (month, factor, provider)
WHERE place <= 100
GROUP BY month, factor, provider
