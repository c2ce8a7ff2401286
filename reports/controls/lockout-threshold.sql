-- Only people with as many failures and no success between them are looked at closely. Failures of one challenge that
-- two sources tell count once, as the source tells them that tells most; a login that failed because its challenge
-- did is no second failure. What lifts a lock-out and what is a success begin a new count; a re-sent code does not.
-- What happens first after a lock-out was due decides: an attempt that was judged, or an action that begins a session
-- or names none, is an exception while the lock should hold. What a source refused because of the lock was not
-- judged. At the same time as the last failure only further failures are taken to be behind it.

-- population
WITH failures AS (
  SELECT person, occurred,
         lag(occurred, min(:attempts_most, (SELECT min(lockout_attempts) FROM policy)) - 1)
           OVER (PARTITION BY person ORDER BY occurred) AS first_of_many
  FROM evidence
  WHERE type IN ('challenge.failed', 'login.failed') AND person IS NOT NULL),
suspects AS (
  SELECT DISTINCT person FROM failures
  WHERE first_of_many IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM evidence
                    WHERE evidence.person = failures.person
                      AND evidence.type IN ('challenge.verified', 'login.succeeded')
                      AND evidence.occurred > failures.first_of_many AND evidence.occurred < failures.occurred)),
told AS (
  SELECT seq, occurred, in_period, person, type, source, life, session,
         CASE WHEN type IN ('challenge.failed', 'login.failed') THEN 'failed'
              WHEN type IN ('factor.reset', 'user.provisioned') THEN 'lifted'
              WHEN type IN ('challenge.verified', 'login.succeeded') THEN 'passed'
              WHEN EXISTS (SELECT 1 FROM json_each(:lifting_actions) WHERE evidence.action GLOB json_each.value)
              THEN 'lifted'
              ELSE 'acted' END AS kind
  FROM evidence
  WHERE person IN (SELECT person FROM suspects)
    AND type IN ('challenge.failed', 'login.failed', 'challenge.verified', 'login.succeeded', 'action.performed',
                 'factor.reset', 'user.provisioned')
    AND (type NOT IN ('challenge.failed', 'login.failed') OR reason IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:refused_words)
                        WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
    AND (type <> 'action.performed' OR action IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:provisioning_actions) WHERE evidence.action GLOB json_each.value))),
weighed AS (
  SELECT told.*, count(*) OVER (PARTITION BY kind, life, source) AS of_source,
         lag(type) OVER turn AS type_before, occurred - lag(occurred) OVER turn AS since_before,
         lead(type) OVER turn AS type_after, lead(occurred) OVER turn - occurred AS until_after,
         row_number() OVER (PARTITION BY person, session, kind IN ('passed', 'acted')
                            ORDER BY occurred, seq) AS in_session
  FROM told
  WINDOW turn AS (PARTITION BY person, kind ORDER BY occurred, seq)),
chosen AS (
  SELECT weighed.*, first_value(source) OVER (PARTITION BY kind, life ORDER BY of_source DESC, source) AS teller
  FROM weighed),
counted AS (
  SELECT seq, occurred, in_period, person, type, kind,
         sum(kind IN ('passed', 'lifted')) OVER (PARTITION BY person ORDER BY occurred, seq) AS run
  FROM chosen
  WHERE (kind <> 'failed' OR life IS NULL OR source = teller)
    AND NOT (type = 'login.failed'
             AND ((type_before IS 'challenge.failed' AND since_before <= :same_attempt_s * 1000000)
                  OR (type_after IS 'challenge.failed' AND until_after <= :same_attempt_s * 1000000)))
    AND (kind <> 'acted' OR session IS NULL OR (in_session = 1 AND occurred - 86400000000 >= :known_from))),
placed AS (
  SELECT counted.*, row_number() OVER (PARTITION BY person, run, kind ORDER BY occurred, seq) AS place,
         (SELECT min(:attempts_most, policy.lockout_attempts) FROM policy
          WHERE counted.occurred >= policy.valid_from AND counted.occurred < policy.valid_until) AS threshold
  FROM counted),
due AS (
  SELECT placed.*,
         place / threshold > lag(place / threshold, 1, 0) OVER (PARTITION BY person, run, kind
                                                                ORDER BY occurred, seq) AS is_due
  FROM placed)
SELECT seq AS item FROM due WHERE kind = 'failed' AND is_due AND in_period

-- exceptions
WITH failures AS (
  SELECT person, occurred,
         lag(occurred, min(:attempts_most, (SELECT min(lockout_attempts) FROM policy)) - 1)
           OVER (PARTITION BY person ORDER BY occurred) AS first_of_many
  FROM evidence
  WHERE type IN ('challenge.failed', 'login.failed') AND person IS NOT NULL),
suspects AS (
  SELECT DISTINCT person FROM failures
  WHERE first_of_many IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM evidence
                    WHERE evidence.person = failures.person
                      AND evidence.type IN ('challenge.verified', 'login.succeeded')
                      AND evidence.occurred > failures.first_of_many AND evidence.occurred < failures.occurred)),
told AS (
  SELECT seq, occurred, in_period, person, type, source, life, session,
         CASE WHEN type IN ('challenge.failed', 'login.failed') THEN 'failed'
              WHEN type IN ('factor.reset', 'user.provisioned') THEN 'lifted'
              WHEN type IN ('challenge.verified', 'login.succeeded') THEN 'passed'
              WHEN EXISTS (SELECT 1 FROM json_each(:lifting_actions) WHERE evidence.action GLOB json_each.value)
              THEN 'lifted'
              ELSE 'acted' END AS kind
  FROM evidence
  WHERE person IN (SELECT person FROM suspects)
    AND type IN ('challenge.failed', 'login.failed', 'challenge.verified', 'login.succeeded', 'action.performed',
                 'factor.reset', 'user.provisioned')
    AND (type NOT IN ('challenge.failed', 'login.failed') OR reason IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:refused_words)
                        WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
    AND (type <> 'action.performed' OR action IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:provisioning_actions) WHERE evidence.action GLOB json_each.value))),
weighed AS (
  SELECT told.*, count(*) OVER (PARTITION BY kind, life, source) AS of_source,
         lag(type) OVER turn AS type_before, occurred - lag(occurred) OVER turn AS since_before,
         lead(type) OVER turn AS type_after, lead(occurred) OVER turn - occurred AS until_after,
         row_number() OVER (PARTITION BY person, session, kind IN ('passed', 'acted')
                            ORDER BY occurred, seq) AS in_session
  FROM told
  WINDOW turn AS (PARTITION BY person, kind ORDER BY occurred, seq)),
chosen AS (
  SELECT weighed.*, first_value(source) OVER (PARTITION BY kind, life ORDER BY of_source DESC, source) AS teller
  FROM weighed),
counted AS (
  SELECT seq, occurred, in_period, person, type, kind,
         sum(kind IN ('passed', 'lifted')) OVER (PARTITION BY person ORDER BY occurred, seq) AS run
  FROM chosen
  WHERE (kind <> 'failed' OR life IS NULL OR source = teller)
    AND NOT (type = 'login.failed'
             AND ((type_before IS 'challenge.failed' AND since_before <= :same_attempt_s * 1000000)
                  OR (type_after IS 'challenge.failed' AND until_after <= :same_attempt_s * 1000000)))
    AND (kind <> 'acted' OR session IS NULL OR (in_session = 1 AND occurred - 86400000000 >= :known_from))),
placed AS (
  SELECT counted.*, row_number() OVER (PARTITION BY person, run, kind ORDER BY occurred, seq) AS place,
         (SELECT min(:attempts_most, policy.lockout_attempts) FROM policy
          WHERE counted.occurred >= policy.valid_from AND counted.occurred < policy.valid_until) AS threshold,
         json_group_array(seq) OVER (PARTITION BY person, run, kind ORDER BY occurred, seq
                                     ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS failures
  FROM counted),
due AS (
  SELECT placed.*,
         place / threshold > lag(place / threshold, 1, 0) OVER (PARTITION BY person, run, kind
                                                                ORDER BY occurred, seq) AS is_due,
         lead(kind) OVER after AS next_kind, lead(type) OVER after AS next_type, lead(seq) OVER after AS next_seq,
         lead(occurred) OVER after - occurred AS later
  FROM placed
  WINDOW after AS (PARTITION BY person ORDER BY occurred, seq))
SELECT seq AS item, substr(failures, 1, length(failures) - 1) || ',' || next_seq || ']' AS records,
       place || ' failures in a row, where ' || threshold || ' lock; then ' || next_type || ' ' || (later / 1000000)
       || ' s later, where the lock lasts ' || :lock_s || ' s' AS observed
FROM due
WHERE kind = 'failed' AND is_due AND in_period AND later < :lock_s * 1000000
  AND (next_kind = 'failed' OR (next_kind IN ('passed', 'acted') AND later > 0))
