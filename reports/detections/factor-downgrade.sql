-- population
SELECT a.seq AS item
FROM evidence a
WHERE a.type = 'challenge.verified' AND a.in_period = 1 AND a.person IS NOT NULL
  AND a.purpose IN ('login', 'step_up', 'admin_action') AND a.factor <> 'passkey'
  AND a.occurred - :days * 86400000000 >= :known_from

-- exceptions
WITH
  span AS (
    SELECT min(occurred) AS first, max(occurred) AS last FROM evidence
    WHERE type = 'challenge.verified' AND in_period = 1),
  accounts AS (
    SELECT DISTINCT person, factor, first, last FROM span CROSS JOIN evidence
    WHERE type = 'challenge.verified' AND in_period = 1 AND person IS NOT NULL AND factor IS NOT NULL),
  -- Who passes with a strong factor alone or without any is looked at no closer, unless others come before or between.
  suspects AS (
    SELECT person, first FROM accounts GROUP BY person
    HAVING count(*) > 1 AND max(factor IN ('passkey', 'totp')) = 1
      OR EXISTS (SELECT 1 FROM evidence p
                 WHERE p.person = accounts.person AND p.type = 'challenge.verified'
                   AND p.occurred >= accounts.first - :days * 86400000000 AND p.occurred < accounts.first
                   AND p.factor IN ('passkey', 'totp') AND p.factor <> accounts.factor)
      OR EXISTS (SELECT 1 FROM evidence p
                 WHERE p.type = 'challenge.verified' AND p.in_period = 0
                   AND p.occurred >= accounts.first AND p.occurred <= accounts.last)),
  weaker AS (
    SELECT a.seq, a.occurred, a.person, a.device, a.device_new, a.factor,
           CASE a.factor WHEN 'passkey' THEN 3 WHEN 'totp' THEN 2 WHEN 'push' THEN 1 ELSE 0 END AS strength
    FROM suspects CROSS JOIN evidence a
    WHERE a.person = suspects.person AND a.type = 'challenge.verified' AND a.occurred >= suspects.first
      AND a.in_period = 1 AND a.purpose IN ('login', 'step_up', 'admin_action') AND a.factor <> 'passkey'
      AND a.occurred - :days * 86400000000 >= :known_from),
  -- The last pass with a stronger one, of those who passed none as weak.
  changed AS (
    SELECT *, (SELECT s.seq FROM evidence s
               WHERE s.person = weaker.person AND s.type = 'challenge.verified'
                 AND s.occurred >= weaker.occurred - :days * 86400000000 AND s.occurred <= weaker.occurred
                 AND (s.factor = 'passkey' OR s.factor = 'totp' AND weaker.strength < 2)
               ORDER BY s.occurred DESC LIMIT 1) AS stronger
    FROM weaker
    WHERE NOT EXISTS (
      SELECT 1 FROM evidence h
      WHERE h.person = weaker.person AND h.type = 'challenge.verified'
        AND h.occurred >= weaker.occurred - :days * 86400000000 AND (h.occurred, h.seq) < (weaker.occurred, weaker.seq)
        AND h.purpose IN ('login', 'step_up', 'admin_action')
        AND CASE h.factor WHEN 'passkey' THEN 3 WHEN 'totp' THEN 2 WHEN 'push' THEN 1 ELSE 0 END
            <= weaker.strength)),
  judged AS (
    SELECT *, (SELECT f.seq FROM evidence f
               WHERE f.person = changed.person AND f.type = 'challenge.failed'
                 AND f.occurred >= changed.occurred - :window_s * 1000000 AND f.occurred <= changed.occurred
                 AND CASE f.factor WHEN 'passkey' THEN 3 WHEN 'totp' THEN 2 WHEN 'push' THEN 1 ELSE 0 END
                     > changed.strength
               ORDER BY f.occurred DESC LIMIT 1) AS failed,
           changed.device_new = 1
           OR (changed.device IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM evidence d
                               WHERE d.person = changed.person AND d.type IN ('challenge.verified', 'login.succeeded')
                                 AND d.occurred < changed.occurred - :window_s * 1000000
                                 AND d.device = changed.device)) AS from_new
    FROM changed WHERE stronger IS NOT NULL)
SELECT seq AS item,
       CASE WHEN failed IS NULL THEN json_array(stronger, seq) ELSE json_array(stronger, failed, seq) END AS records,
       'passed with ' || factor || ', which the account had not used in ' || :days || ' days, in place of '
         || (SELECT factor FROM evidence s WHERE s.person = judged.person AND s.type = 'challenge.verified'
                                             AND s.seq = judged.stronger)
         || CASE WHEN from_new THEN ', from a device with which it had no success before' ELSE '' END
         || CASE WHEN failed IS NULL THEN '' ELSE ', after a stronger factor had failed' END AS observed
FROM judged WHERE failed IS NOT NULL OR from_new
