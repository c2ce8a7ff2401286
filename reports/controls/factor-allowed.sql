-- What sources tell of one challenge is one pass. A pass of which no factor is told is allowed only where the policy
-- allows all seven that there are. A + keeps a condition from choosing the index.

-- population
SELECT min(seq) AS item
FROM evidence
WHERE type = 'challenge.verified' AND in_period = 1
GROUP BY coalesce(life, -1 - seq)

-- exceptions
WITH span AS (
  SELECT min(occurred) AS first, max(occurred) AS last FROM evidence
  WHERE type = 'challenge.verified' AND in_period = 1),
-- What each policy of that time allows: a challenge of which all passes name such a factor is looked at no closer.
allowed AS (
  SELECT factor FROM span CROSS JOIN policy_factors
  WHERE valid_from <= last AND valid_until > first
  GROUP BY factor
  HAVING count(DISTINCT valid_from)
         = (SELECT count(*) FROM span CROSS JOIN policy WHERE valid_from <= last AND valid_until > first)),
suspects AS (
  SELECT DISTINCT life, CASE WHEN life IS NULL THEN seq END AS seq FROM evidence
  WHERE type = 'challenge.verified' AND in_period = 1
    AND (factor IS NULL OR factor NOT IN (SELECT factor FROM allowed))),
passed AS (
  SELECT coalesce(e.life, -1 - e.seq) AS life, min(e.seq) AS item, json_group_array(e.seq) AS records,
         min(e.occurred) AS at, min(e.factor) AS told_factor, max(e.factor) AS other_factor
  FROM suspects CROSS JOIN evidence e
  WHERE (e.life = suspects.life OR e.seq = suspects.seq) AND +e.type = 'challenge.verified' AND e.in_period = 1
  GROUP BY coalesce(e.life, -1 - e.seq)),
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
