-- A factor that is enrolled shortly after one was removed is a reset, too, where no reset before it covers the time.

-- with
WITH resets AS (
  SELECT seq AS item, occurred, person, type
  FROM evidence
  WHERE type = 'factor.reset' AND in_period = 1 AND person IS NOT NULL
  UNION ALL
  SELECT enrolled.seq, enrolled.occurred, enrolled.person, enrolled.type
  FROM evidence enrolled
  WHERE enrolled.type = 'factor.enrolled' AND enrolled.in_period = 1 AND enrolled.person IS NOT NULL
    AND EXISTS (SELECT 1 FROM evidence removed
                WHERE removed.person = enrolled.person AND removed.type = 'factor.removed'
                  AND removed.occurred BETWEEN enrolled.occurred - :rebind_s * 1000000 AND enrolled.occurred)
    AND NOT EXISTS (SELECT 1 FROM evidence reset
                    WHERE reset.person = enrolled.person AND reset.type = 'factor.reset'
                      AND reset.occurred BETWEEN enrolled.occurred - :cool_down_s * 1000000 AND enrolled.occurred))

-- population
SELECT item FROM resets

-- exceptions
SELECT resets.item, '[' || resets.item || ',' || group_concat(a.seq) || ']' AS records,
       count(*) || CASE WHEN count(*) = 1 THEN ' sensitive action, ' ELSE ' sensitive actions, the first ' END
       || ((min(a.occurred) - resets.occurred) / 1000000) || ' s after ' || resets.type || '; at least '
       || :cool_down_s || ' s must pass' AS observed
FROM resets CROSS JOIN evidence a
WHERE a.person = resets.person AND a.type = 'action.performed'
  AND a.occurred > resets.occurred AND a.occurred < resets.occurred + :cool_down_s * 1000000
  AND (EXISTS (SELECT 1 FROM policy_actions
               WHERE a.occurred >= policy_actions.valid_from AND a.occurred < policy_actions.valid_until
                 AND (policy_actions.pattern = a.action
                      OR substr(a.action, 1, length(policy_actions.prefix)) = policy_actions.prefix))
       OR lower(a.role) IN (SELECT value FROM json_each(:privileged_roles))
       OR EXISTS (SELECT 1 FROM json_each(:sensitive_actions) WHERE a.action GLOB json_each.value))
GROUP BY resets.item
