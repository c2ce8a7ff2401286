-- The accounts of an address are counted as one source names them, so that an account with two names is no two. An
-- account counts with its first failure in the window. A + keeps a condition from choosing the index.

-- population
SELECT seq AS item FROM evidence
WHERE type = 'challenge.failed' AND in_period = 1 AND person IS NOT NULL AND (ip IS NOT NULL OR device IS NOT NULL)

-- exceptions
WITH reached AS (
  -- By address: the account is new to it, the number is full, and was not at any other new one in the window before.
  SELECT a.seq, 'network address' AS what,
         (SELECT json_group_array(p.seq) FROM evidence p
          WHERE p.type = 'challenge.failed' AND p.ip = a.ip AND p.source = a.source AND p.person IS NOT NULL
            AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
            AND NOT EXISTS (SELECT 1 FROM evidence q
                        WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.ip = p.ip
                          AND q.source = p.source AND q.occurred >= p.occurred - :window_s * 1000000
                          AND (q.occurred, q.seq) < (p.occurred, p.seq))) AS records
  FROM evidence a
  WHERE a.type = 'challenge.failed' AND a.in_period = 1 AND a.person IS NOT NULL AND a.ip IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM evidence q
                    WHERE q.person = a.person AND q.type = 'challenge.failed' AND +q.ip = a.ip
                      AND q.source = a.source AND q.occurred >= a.occurred - :window_s * 1000000
                      AND (q.occurred, q.seq) < (a.occurred, a.seq))
    AND (SELECT 1 FROM evidence p
         WHERE p.type = 'challenge.failed' AND p.ip = a.ip AND p.source = a.source AND p.person IS NOT NULL
           AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
           AND NOT EXISTS (SELECT 1 FROM evidence q
                           WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.ip = p.ip
                             AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
                             AND (q.occurred, q.seq) < (p.occurred, p.seq))
         LIMIT 1 OFFSET :persons - 1)
    AND NOT EXISTS (
      SELECT 1 FROM evidence e
      WHERE e.type = 'challenge.failed' AND e.ip = a.ip AND e.person IS NOT NULL
        AND e.occurred >= a.occurred - :window_s * 1000000 AND (e.occurred, e.seq) < (a.occurred, a.seq)
        AND NOT EXISTS (SELECT 1 FROM evidence q
                        WHERE q.person = e.person AND q.type = 'challenge.failed' AND +q.ip = e.ip
                          AND q.source = e.source AND q.occurred >= e.occurred - :window_s * 1000000
                          AND (q.occurred, q.seq) < (e.occurred, e.seq))
        AND (SELECT 1 FROM evidence p
             WHERE p.type = 'challenge.failed' AND p.ip = e.ip AND p.source = e.source AND p.person IS NOT NULL
               AND p.occurred >= e.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (e.occurred, e.seq)
               AND NOT EXISTS (SELECT 1 FROM evidence q
                               WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.ip = p.ip
                                 AND q.source = p.source AND q.occurred >= e.occurred - :window_s * 1000000
                                 AND (q.occurred, q.seq) < (p.occurred, p.seq))
             LIMIT 1 OFFSET :persons - 1))
  UNION ALL
  -- The same by device.
  SELECT a.seq, 'device' AS what,
         (SELECT json_group_array(p.seq) FROM evidence p
          WHERE p.type = 'challenge.failed' AND p.device = a.device AND p.source = a.source AND p.person IS NOT NULL
            AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
            AND NOT EXISTS (SELECT 1 FROM evidence q
                        WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.device = p.device
                          AND q.source = p.source AND q.occurred >= p.occurred - :window_s * 1000000
                          AND (q.occurred, q.seq) < (p.occurred, p.seq))) AS records
  FROM evidence a
  WHERE a.type = 'challenge.failed' AND a.in_period = 1 AND a.person IS NOT NULL AND a.device IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM evidence q
                    WHERE q.person = a.person AND q.type = 'challenge.failed' AND +q.device = a.device
                      AND q.source = a.source AND q.occurred >= a.occurred - :window_s * 1000000
                      AND (q.occurred, q.seq) < (a.occurred, a.seq))
    AND (SELECT 1 FROM evidence p
         WHERE p.type = 'challenge.failed' AND p.device = a.device AND p.source = a.source AND p.person IS NOT NULL
           AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
           AND NOT EXISTS (SELECT 1 FROM evidence q
                           WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.device = p.device
                             AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
                             AND (q.occurred, q.seq) < (p.occurred, p.seq))
         LIMIT 1 OFFSET :persons - 1)
    AND NOT EXISTS (
      SELECT 1 FROM evidence e
      WHERE e.type = 'challenge.failed' AND e.device = a.device AND e.person IS NOT NULL
        AND e.occurred >= a.occurred - :window_s * 1000000 AND (e.occurred, e.seq) < (a.occurred, a.seq)
        AND NOT EXISTS (SELECT 1 FROM evidence q
                        WHERE q.person = e.person AND q.type = 'challenge.failed' AND +q.device = e.device
                          AND q.source = e.source AND q.occurred >= e.occurred - :window_s * 1000000
                          AND (q.occurred, q.seq) < (e.occurred, e.seq))
        AND (SELECT 1 FROM evidence p
             WHERE p.type = 'challenge.failed' AND p.device = e.device AND p.source = e.source AND p.person IS NOT NULL
               AND p.occurred >= e.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (e.occurred, e.seq)
               AND NOT EXISTS (SELECT 1 FROM evidence q
                               WHERE q.person = p.person AND q.type = 'challenge.failed' AND +q.device = p.device
                                 AND q.source = p.source AND q.occurred >= e.occurred - :window_s * 1000000
                                 AND (q.occurred, q.seq) < (p.occurred, p.seq))
             LIMIT 1 OFFSET :persons - 1))
)
SELECT seq AS item, max(records) AS records,
       'challenges of ' || :persons || ' accounts failed from one ' || group_concat(what, ' and one ') || ' within '
         || :window_s || ' s' AS observed
FROM reached GROUP BY seq
