-- An item is a challenge with an outcome, by the number of its first record, or an outcome, login or action that
-- belongs to none.

-- population
SELECT item FROM challenges WHERE in_period = 1 AND verified + failed + expired + cancelled > 0
UNION ALL
SELECT seq FROM evidence
WHERE type IN ('challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'action.performed')
  AND in_period = 1 AND life IS NULL

-- exceptions
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence WHERE evidence.life = challenges.life) AS records,
       CASE WHEN person IS NULL THEN 'no record of the challenge names anybody'
            ELSE 'the records of one challenge name '
                 || (SELECT count(DISTINCT evidence.actor_id) FROM evidence WHERE evidence.life = challenges.life)
                 || ' accounts' END AS observed
FROM challenges
WHERE in_period = 1 AND verified + failed + expired + cancelled > 0
  AND (person IS NULL OR account <> other_account)
UNION ALL
SELECT seq, seq, type || ' that names nobody'
FROM evidence
WHERE type IN ('challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'action.performed')
  AND in_period = 1 AND life IS NULL AND person IS NULL
