-- A source that ever says whether a device is new is believed. Of another a device is new where it told of earlier
-- logins of the person, all of them on others, the log reaches back long enough to know, and no other source tells of
-- the same login on a device that it knows. An action in another session does not end the time for the challenge, nor
-- does what an identity platform changes in the account.

-- with
WITH telling AS (
  SELECT DISTINCT source, device_new IS NOT NULL AS tells FROM evidence WHERE type = 'login.succeeded'),
silent AS (SELECT source FROM telling GROUP BY source HAVING max(tells) = 0),
firsts AS (
  SELECT person, source, device, min(occurred) AS occurred
  FROM evidence
  WHERE type = 'login.succeeded' AND person IS NOT NULL AND device IS NOT NULL
    -- Where every source says it, no login is read.
    AND EXISTS (SELECT 1 FROM silent) AND source IN (SELECT source FROM silent)
  GROUP BY person, source, device),
later AS (
  SELECT firsts.*, min(occurred) OVER (PARTITION BY person, source) AS person_first
  FROM firsts),
fresh AS (
  SELECT seq AS item, occurred, person, session FROM evidence
  WHERE type = 'login.succeeded' AND in_period = 1 AND device_new = 1 AND person IS NOT NULL
  UNION ALL
  SELECT (SELECT min(l.seq) FROM evidence l
          WHERE l.person = later.person AND l.type = 'login.succeeded' AND l.occurred = later.occurred
            AND l.source = later.source AND l.device = later.device),
         occurred, person,
         (SELECT max(l.session) FROM evidence l
          WHERE l.person = later.person AND l.type = 'login.succeeded' AND l.occurred = later.occurred
            AND l.source = later.source AND l.device = later.device)
  FROM later
  WHERE occurred > person_first AND occurred >= :from AND occurred < :until
    AND occurred - :remember_days * 86400000000 >= :known_from
    AND NOT EXISTS (
      SELECT 1 FROM evidence o
      WHERE o.person = later.person AND o.type = 'login.succeeded' AND o.source <> later.source
        AND o.occurred BETWEEN later.occurred - :same_login_s * 1000000 AND later.occurred + :same_login_s * 1000000
        AND (o.device_new = 0
             OR (o.device_new IS NULL
                 AND EXISTS (SELECT 1 FROM evidence p
                             WHERE p.person = o.person AND p.type = 'login.succeeded' AND p.occurred < o.occurred
                               AND p.source = o.source
                               AND (p.device = o.device OR p.device_new IS NOT NULL)))))),
tested AS (
  SELECT * FROM fresh
  WHERE occurred - :window_s * 1000000 >= :known_from AND occurred + :window_s * 1000000 <= :known_until)

-- population
SELECT item FROM tested

-- exceptions
SELECT item, item AS records,
       'no challenge of this person was passed in the ' || :window_s || ' s before the login on a new device, nor in '
       || :window_s || ' s behind it before the next action' AS observed
FROM tested
WHERE NOT EXISTS (
  SELECT 1 FROM evidence v
  WHERE v.person = tested.person AND v.type = 'challenge.verified'
    AND v.occurred BETWEEN tested.occurred - :window_s * 1000000
      AND min(tested.occurred + :window_s * 1000000,
              coalesce((SELECT min(a.occurred) FROM evidence a
                        WHERE a.person = tested.person AND a.type = 'action.performed'
                          AND a.occurred > tested.occurred
                          AND a.occurred <= tested.occurred + :window_s * 1000000
                          AND (a.session IS NULL OR tested.session IS NULL OR a.session = tested.session)
                          AND (a.action IS NULL
                               OR NOT EXISTS (SELECT 1 FROM json_each(:provisioning_actions)
                                              WHERE a.action GLOB json_each.value))),
                       tested.occurred + :window_s * 1000000)))
