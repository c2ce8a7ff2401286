-- An item is a challenge with an outcome, by the number of its first record, or an outcome, login or action that
-- belongs to none. Of the records most are of a kind that counts, so they are read in order: NOT INDEXED.

-- population
SELECT item FROM challenges WHERE in_period = 1 AND verified + failed + expired + cancelled > 0
UNION ALL
SELECT seq FROM evidence NOT INDEXED
WHERE life IS NULL AND in_period = 1
  AND type IN ('challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'action.performed')

-- exceptions
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence WHERE evidence.life = challenges.life) AS records,
       CASE WHEN person IS NULL THEN 'no record of the challenge names anybody'
            ELSE 'the records of one challenge name '
                 || (SELECT count(DISTINCT evidence.actor_id) FROM evidence WHERE evidence.life = challenges.life)
                 || ' accounts' END AS observed
FROM challenges
WHERE (person IS NULL OR account <> other_account)
  AND in_period = 1 AND verified + failed + expired + cancelled > 0
UNION ALL
SELECT seq, seq, type || ' that names nobody'
FROM evidence NOT INDEXED
WHERE person IS NULL AND life IS NULL AND in_period = 1
  AND type IN ('challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'action.performed')
