-- Who has a challenge of the purpose signup signed up himself; whom an identity platform provisions has none. Where
-- records of other things come first the beginning may lie before the log, so such a person is new only where the log
-- had lasted long enough by then.

-- with
WITH signups AS (
  SELECT person, min(verified_at) AS passed, min(begun) AS begun FROM (
    SELECT person, verified_at, begun FROM challenges WHERE purpose = 'signup' AND person IS NOT NULL
    UNION ALL
    SELECT person, CASE WHEN type = 'challenge.verified' THEN occurred END, occurred
    FROM evidence NOT INDEXED
    WHERE life IS NULL AND purpose = 'signup' AND person IS NOT NULL
      AND type IN ('challenge.sent', 'challenge.verified', 'challenge.failed'))
  GROUP BY person),
started AS MATERIALIZED (
  SELECT person, passed,
         (SELECT a.occurred FROM evidence a
          WHERE a.person = signups.person AND a.type = 'action.performed'
            AND (a.action IS NULL
                 OR NOT EXISTS (SELECT 1 FROM json_each(:open_actions) WHERE a.action GLOB json_each.value))
          ORDER BY a.occurred LIMIT 1) AS acted,
         (SELECT min(f.occurred) FROM evidence f WHERE f.person = signups.person) AS first_told,
         min(begun, coalesce((SELECT min(f.occurred) FROM evidence f
                              WHERE f.person = signups.person AND f.type = 'user.provisioned'), begun)) AS opened
  FROM signups),
tested AS (
  SELECT (SELECT min(a.seq) FROM evidence a
          WHERE a.person = started.person AND a.type = 'action.performed' AND a.occurred = started.acted
            AND (a.action IS NULL
                 OR NOT EXISTS (SELECT 1 FROM json_each(:open_actions) WHERE a.action GLOB json_each.value))) AS item,
         acted, passed
  FROM started
  WHERE acted >= :from AND acted < :until
    AND (opened = first_told OR first_told >= :known_from + :new_after_days * 86400000000))

-- population
SELECT item FROM tested

-- exceptions
SELECT item, item AS records,
       'the first action of who signed up, '
       || CASE WHEN passed IS NULL THEN 'who never passed the challenge'
               ELSE ((passed - acted) / 1000000) || ' s before the challenge was passed' END AS observed
FROM tested
WHERE passed IS NULL OR passed > acted + :clock_slack_s * 1000000
