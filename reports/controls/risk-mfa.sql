-- A login so close to the end of what is known that its challenge may be yet to come is not tested.

-- population
SELECT l.seq AS item
FROM evidence l
WHERE l.type = 'login.succeeded' AND l.in_period = 1 AND l.risk >= :risk_least
  AND l.occurred - :window_s * 1000000 >= :known_from AND l.occurred + :window_s * 1000000 <= :known_until

-- exceptions
SELECT l.seq AS item, l.seq AS records,
       CASE WHEN l.person IS NULL THEN 'a login with the risk ' || l.risk || ' that names nobody'
            ELSE 'a login with the risk ' || l.risk || ' and no challenge of this person passed within ' || :window_s
                 || ' s of it' END AS observed
FROM evidence l
WHERE l.type = 'login.succeeded' AND l.in_period = 1 AND l.risk >= :risk_least
  AND l.occurred - :window_s * 1000000 >= :known_from AND l.occurred + :window_s * 1000000 <= :known_until
  AND NOT EXISTS (
    SELECT 1 FROM evidence v
    WHERE v.person = l.person AND v.type = 'challenge.verified'
      AND v.occurred BETWEEN l.occurred - :window_s * 1000000 AND l.occurred + :window_s * 1000000)
