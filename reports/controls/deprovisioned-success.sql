-- An item is the record with which an account ends or is suspended, until it is provisioned again: what is told a
-- second time of an account that is gone already, such as its deletion, is no second item. A suspension that locks a
-- person out after failures ends by itself, and is left out. What an identity platform changes in such an account the
-- person did not do.

-- with
WITH changes AS (
  SELECT seq, occurred, person, type, lag(type) OVER turn AS before,
         min(CASE WHEN type = 'user.provisioned' THEN occurred END)
           OVER (PARTITION BY person ORDER BY occurred, seq
                 ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS back
  FROM evidence
  WHERE type IN ('user.provisioned', 'user.deprovisioned', 'user.suspended') AND person IS NOT NULL
    AND occurred >= :known_from AND occurred < :until
    AND (type <> 'user.suspended' OR reason IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:lock_words) WHERE instr(lower(evidence.reason), json_each.value) > 0))
  WINDOW turn AS (PARTITION BY person ORDER BY occurred, seq)),
gone AS (
  SELECT seq AS item, occurred, person, back
  FROM changes
  WHERE type <> 'user.provisioned' AND (before IS NULL OR before = 'user.provisioned')
    AND (back IS NULL OR back > :from))

-- population
SELECT item FROM gone

-- exceptions
SELECT gone.item, '[' || gone.item || ',' || group_concat(evidence.seq) || ']' AS records,
       count(*) || CASE WHEN count(*) = 1 THEN ' success ' ELSE ' successes, the first ' END
       || ((min(evidence.occurred) - gone.occurred) / 1000000) || ' s after it' AS observed
FROM gone CROSS JOIN evidence
WHERE evidence.person = gone.person
  AND evidence.type IN ('challenge.verified', 'login.succeeded', 'action.performed')
  AND evidence.occurred > gone.occurred + :slack_s * 1000000
  AND evidence.occurred < coalesce(gone.back - :slack_s * 1000000, :until)
  AND evidence.in_period = 1
  AND (evidence.type <> 'action.performed' OR evidence.action IS NULL
       OR NOT EXISTS (SELECT 1 FROM json_each(:provisioning_actions)
                      WHERE evidence.action GLOB json_each.value))
GROUP BY gone.item
