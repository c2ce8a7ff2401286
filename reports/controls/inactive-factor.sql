-- The state at the end of the period, or at the last record where that comes before. An item is the last record of a
-- success, enrolment or provisioning of the account. All of it is left out where the log does not reach back so far.
-- A + keeps a condition from choosing the index.

-- with
WITH by_type AS (
  SELECT person, type, max(occurred) AS last, count(*) AS times
  FROM evidence
  WHERE person IS NOT NULL AND occurred < min(:until, :known_until + 1)
    AND +type IN ('challenge.verified', 'login.succeeded', 'factor.enrolled', 'factor.reset', 'factor.removed',
                  'user.provisioned', 'user.deprovisioned', 'user.suspended')
  GROUP BY person, type),
told AS (
  SELECT person,
         max(CASE WHEN type IN ('challenge.verified', 'login.succeeded', 'factor.enrolled', 'user.provisioned')
                  THEN last END) AS last,
         max(CASE WHEN type IN ('challenge.verified', 'factor.enrolled') THEN last END) AS bound,
         max(CASE WHEN type = 'factor.reset' THEN last END) AS reset,
         max(CASE WHEN type = 'factor.removed' THEN last END) AS removed,
         sum((type = 'factor.removed') * times) >= sum((type = 'factor.enrolled') * times) AS has_removed_all,
         max(CASE WHEN type IN ('user.deprovisioned', 'user.suspended') THEN last END) AS closed
  FROM by_type
  GROUP BY person),
accounts AS (
  SELECT person, last,
         (SELECT max(e.seq) FROM evidence e
          WHERE e.person = told.person AND e.occurred = told.last
            AND e.type IN ('challenge.verified', 'login.succeeded', 'factor.enrolled', 'user.provisioned')) AS item
  FROM told
  WHERE bound IS NOT NULL AND (reset IS NULL OR reset < bound)
    AND (removed IS NULL OR removed < bound OR NOT has_removed_all)
    AND (closed IS NULL OR closed <= last)
    AND min(:until, :known_until + 1) - :inactive_days * 86400000000 >= :known_from
    AND EXISTS (SELECT 1 FROM evidence e WHERE e.person = told.person AND e.actor_id IS NOT NULL))

-- population
SELECT item FROM accounts

-- exceptions
SELECT item, item AS records,
       'neither a success nor an action for ' || ((min(:until, :known_until + 1) - last) / 86400000000)
       || ' days; at most ' || :inactive_days || ' are allowed' AS observed
FROM accounts
WHERE last < min(:until, :known_until + 1) - :inactive_days * 86400000000
  AND NOT EXISTS (
    SELECT 1 FROM evidence a
    WHERE a.person = accounts.person AND a.type = 'action.performed'
      AND a.occurred >= min(:until, :known_until + 1) - :inactive_days * 86400000000
      AND a.occurred < min(:until, :known_until + 1)
      AND (a.action IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:provisioning_actions)
                                           WHERE a.action GLOB json_each.value)))
