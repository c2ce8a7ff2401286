-- Who was reset or provisioned anew has nothing to prove himself with, so what is enrolled next is a beginning. What
-- is removed with a reset or with the end of an account is the administrator's doing.

-- with
WITH changes AS (
  SELECT c.seq AS item, c.occurred, c.person, c.type, c.factor
  FROM evidence c
  WHERE c.type = 'factor.enrolled' AND c.in_period = 1 AND c.person IS NOT NULL
    AND c.occurred - :window_s * 1000000 >= :known_from
    AND EXISTS (
      SELECT 1 FROM evidence v
      WHERE v.person = c.person AND v.type = 'challenge.verified' AND v.occurred <= c.occurred
        AND v.occurred > coalesce((SELECT max(r.occurred) FROM evidence r
                                   WHERE r.person = c.person AND r.type IN ('factor.reset', 'user.provisioned')
                                     AND r.occurred <= c.occurred), 0))
  UNION ALL
  SELECT c.seq, c.occurred, c.person, c.type, c.factor
  FROM evidence c
  WHERE c.type = 'factor.removed' AND c.in_period = 1 AND c.person IS NOT NULL
    AND c.occurred - :window_s * 1000000 >= :known_from
    AND NOT EXISTS (
      SELECT 1 FROM evidence r
      WHERE r.person = c.person AND r.type IN ('factor.reset', 'user.deprovisioned', 'user.suspended')
        AND r.occurred BETWEEN c.occurred - :window_s * 1000000 AND c.occurred + :same_change_s * 1000000)
    AND coalesce((SELECT max(r.occurred) FROM evidence r
                  WHERE r.person = c.person AND r.type IN ('user.deprovisioned', 'user.suspended')
                    AND r.occurred <= c.occurred), 0)
        <= coalesce((SELECT max(r.occurred) FROM evidence r
                     WHERE r.person = c.person AND r.type = 'user.provisioned'
                       AND r.occurred <= c.occurred), 0))

-- population
SELECT item FROM changes

-- exceptions
SELECT item, item AS records,
       type || coalesce(' of ' || factor, '') || ' with no passed challenge and no login of this person in the '
       || :window_s || ' s before' AS observed
FROM changes
WHERE NOT EXISTS (
  SELECT 1 FROM evidence v
  WHERE v.person = changes.person AND v.type IN ('challenge.verified', 'login.succeeded')
    AND v.occurred BETWEEN changes.occurred - :window_s * 1000000 AND changes.occurred + :clock_slack_s * 1000000)
