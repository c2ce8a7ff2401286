-- An action whose window reaches back to before the first record is not tested: nothing is known of that time.

-- with
WITH sensitive AS (
  SELECT a.seq, a.occurred, a.person, a.action, policy.step_up_window
  FROM evidence a JOIN policy ON a.occurred >= policy.valid_from AND a.occurred < policy.valid_until
  WHERE a.type = 'action.performed' AND a.in_period
    AND a.occurred - policy.step_up_window >= :known_from
    AND (EXISTS (SELECT 1 FROM policy_actions
                 WHERE a.occurred >= policy_actions.valid_from AND a.occurred < policy_actions.valid_until
                   AND (policy_actions.pattern = a.action
                        OR substr(a.action, 1, length(policy_actions.prefix)) = policy_actions.prefix))
         OR lower(a.role) IN (SELECT value FROM json_each(:privileged_roles))
         OR EXISTS (SELECT 1 FROM json_each(:sensitive_actions) WHERE a.action GLOB json_each.value)))

-- population
SELECT seq AS item FROM sensitive

-- exceptions
SELECT seq AS item, seq AS records,
       CASE WHEN person IS NULL THEN 'the action names nobody'
            ELSE 'no challenge of this person was passed in the ' || (step_up_window / 1000000)
                 || ' s before ' || coalesce(action, 'the action') END AS observed
FROM sensitive
WHERE NOT EXISTS (
  SELECT 1 FROM evidence v JOIN policy_factors ON policy_factors.factor = v.factor
                                              AND v.occurred >= policy_factors.valid_from
                                              AND v.occurred < policy_factors.valid_until
  WHERE v.person = sensitive.person AND v.type = 'challenge.verified'
    AND v.occurred BETWEEN sensitive.occurred - step_up_window AND sensitive.occurred + :clock_slack_s * 1000000)
