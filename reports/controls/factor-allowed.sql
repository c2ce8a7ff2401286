-- What sources tell of one challenge is one pass. A pass of which no factor is told is allowed only where the policy
-- allows all seven that there are.

-- population
SELECT min(seq) AS item
FROM evidence
WHERE type = 'challenge.verified' AND in_period = 1
GROUP BY coalesce(life, -1 - seq)

-- exceptions
WITH passed AS (
  SELECT coalesce(life, -1 - seq) AS life, min(seq) AS item, json_group_array(seq) AS records,
         min(occurred) AS at, min(factor) AS told_factor, max(factor) AS other_factor
  FROM evidence
  WHERE type = 'challenge.verified' AND in_period = 1
  GROUP BY coalesce(life, -1 - seq)),
judged AS (
  SELECT passed.item, passed.records, passed.at, coalesce(passed.told_factor, challenges.factor) AS factor,
         coalesce(passed.other_factor, challenges.last_factor) AS other_factor,
         max(min(coalesce(challenges.begun, passed.at), passed.at), passed.at - :grace_s * 1000000) AS begun
  FROM passed LEFT JOIN challenges ON challenges.life = passed.life),
refused AS (
  SELECT item, records, at,
         CASE WHEN factor IS NULL
              THEN CASE WHEN (SELECT count(DISTINCT policy_factors.factor) FROM policy_factors
                              WHERE policy_factors.valid_from <= judged.at
                                AND policy_factors.valid_until > judged.at) < 7
                        THEN 'a factor that no record names' END
              WHEN NOT EXISTS (SELECT 1 FROM policy_factors
                               WHERE policy_factors.factor = judged.factor
                                 AND policy_factors.valid_from <= judged.at
                                 AND policy_factors.valid_until > judged.begun)
              THEN factor
              WHEN NOT EXISTS (SELECT 1 FROM policy_factors
                               WHERE policy_factors.factor = judged.other_factor
                                 AND policy_factors.valid_from <= judged.at
                                 AND policy_factors.valid_until > judged.begun)
              THEN other_factor END AS factor
  FROM judged)
SELECT item, records,
       'passed with ' || factor || '; the policy of that time allows '
       || coalesce((SELECT group_concat(policy_factors.factor, ', ') FROM policy_factors
                    WHERE policy_factors.valid_from <= refused.at AND policy_factors.valid_until > refused.at),
                   'none') AS observed
FROM refused
WHERE factor IS NOT NULL
