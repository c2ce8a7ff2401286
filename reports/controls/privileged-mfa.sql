-- Sessions are compared where login and challenge name one and one source told of both: another source has other
-- names for them.

-- population
SELECT l.seq AS item
FROM evidence l
WHERE l.type = 'login.succeeded' AND l.in_period = 1
  AND lower(l.role) IN (SELECT value FROM json_each(:privileged_roles))
  AND l.occurred - :window_s * 1000000 >= :known_from AND l.occurred + :window_s * 1000000 <= :known_until

-- exceptions
SELECT l.seq AS item, l.seq AS records,
       CASE WHEN l.person IS NULL THEN 'a login with the role ' || l.role || ' that names nobody'
            ELSE 'a login with the role ' || l.role || ' and no challenge of this person passed within ' || :window_s
                 || ' s of it'
                 || CASE WHEN EXISTS (SELECT 1 FROM evidence v
                                      WHERE v.person = l.person AND v.type = 'challenge.verified'
                                        AND v.occurred BETWEEN l.occurred - :window_s * 1000000
                                                           AND l.occurred + :window_s * 1000000)
                         THEN ' in the same session' ELSE '' END END AS observed
FROM evidence l
WHERE l.type = 'login.succeeded' AND l.in_period = 1
  AND lower(l.role) IN (SELECT value FROM json_each(:privileged_roles))
  AND l.occurred - :window_s * 1000000 >= :known_from AND l.occurred + :window_s * 1000000 <= :known_until
  -- The last ones first: the challenge of a session is seldom far from the login.
  AND (
    SELECT 1 FROM evidence v
    WHERE v.person = l.person AND v.type = 'challenge.verified' AND v.occurred <= l.occurred + :window_s * 1000000
      AND CASE WHEN :same_session = 1 AND v.session IS NOT NULL AND l.session IS NOT NULL AND v.source = l.source
               THEN v.session = l.session
               ELSE v.occurred >= l.occurred - :window_s * 1000000 END
    ORDER BY v.occurred DESC LIMIT 1) IS NULL
