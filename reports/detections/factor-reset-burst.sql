-- A reset that names a factor counts if it is the first of its account in the window.

-- population
SELECT seq AS item FROM evidence WHERE type = 'factor.reset' AND in_period = 1

-- exceptions
SELECT a.seq AS item,
       (SELECT json_group_array(p.seq) FROM evidence p
        WHERE p.type = 'factor.reset' AND p.in_period IN (0, 1) AND p.source = a.source
          AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)) AS records,
       :resets || ' resets within ' || :window_s || ' s, in records that name '
         || (SELECT count(DISTINCT p.person) FROM evidence p
             WHERE p.type = 'factor.reset' AND p.in_period IN (0, 1) AND p.source = a.source
               AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq))
         || ' accounts' AS observed
FROM evidence a
WHERE a.type = 'factor.reset' AND a.in_period = 1
  -- This one makes the number full.
  AND (SELECT 1 FROM evidence p
       WHERE p.type = 'factor.reset' AND p.in_period IN (0, 1) AND p.source = a.source
         AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
         AND (p.factor IS NULL
              OR NOT EXISTS (SELECT 1 FROM evidence q
                             WHERE q.person = p.person AND q.type = 'factor.reset' AND q.source = p.source
                               AND q.occurred >= a.occurred - :window_s * 1000000
                               AND (q.occurred, q.seq) < (p.occurred, p.seq)))
       LIMIT 1 OFFSET :resets - 1)
  AND (SELECT 1 FROM evidence p
       WHERE p.type = 'factor.reset' AND p.in_period IN (0, 1) AND p.source = a.source
         AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
         AND (p.factor IS NULL
              OR NOT EXISTS (SELECT 1 FROM evidence q
                             WHERE q.person = p.person AND q.type = 'factor.reset' AND q.source = p.source
                               AND q.occurred >= a.occurred - :window_s * 1000000
                               AND (q.occurred, q.seq) < (p.occurred, p.seq)))
       LIMIT 1 OFFSET :resets) IS NULL
  -- It was not full at any other one in the window before, so what goes on is noted once.
  AND NOT EXISTS (
    SELECT 1 FROM evidence e
    WHERE e.type = 'factor.reset' AND e.in_period IN (0, 1)
      AND e.occurred >= a.occurred - :window_s * 1000000 AND (e.occurred, e.seq) < (a.occurred, a.seq)
      AND (SELECT 1 FROM evidence p
           WHERE p.type = 'factor.reset' AND p.in_period IN (0, 1) AND p.source = e.source
             AND p.occurred >= e.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (e.occurred, e.seq)
             AND (p.factor IS NULL
                  OR NOT EXISTS (SELECT 1 FROM evidence q
                                 WHERE q.person = p.person AND q.type = 'factor.reset' AND q.source = p.source
                                   AND q.occurred >= e.occurred - :window_s * 1000000
                                   AND (q.occurred, q.seq) < (p.occurred, p.seq)))
           LIMIT 1 OFFSET :resets - 1))
