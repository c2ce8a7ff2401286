-- Failures are counted as one source tells them, so that two sources that tell of one failure are no two failures.

-- population
SELECT seq AS item FROM evidence
WHERE type = 'challenge.failed' AND in_period = 1 AND person IS NOT NULL

-- exceptions
SELECT a.seq AS item,
       (SELECT json_group_array(p.seq) FROM evidence p
        WHERE p.person = a.person AND p.type = 'challenge.failed' AND p.source = a.source
          AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)) AS records,
       :attempts || ' challenges of one account failed within '
         || ((a.occurred - (SELECT min(p.occurred) FROM evidence p
                            WHERE p.person = a.person AND p.type = 'challenge.failed' AND p.source = a.source
                              AND p.occurred >= a.occurred - :window_s * 1000000)) / 1000000) || ' s' AS observed
FROM evidence a
WHERE a.type = 'challenge.failed' AND a.in_period = 1 AND a.person IS NOT NULL
  -- This one makes the number full.
  AND (SELECT 1 FROM evidence p
       WHERE p.person = a.person AND p.type = 'challenge.failed' AND p.source = a.source
         AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
       LIMIT 1 OFFSET :attempts - 1)
  -- It was not full at any other one in the window before, so what goes on is noted once.
  AND (SELECT 1 FROM evidence p
       WHERE p.person = a.person AND p.type = 'challenge.failed' AND p.source = a.source
         AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
       LIMIT 1 OFFSET :attempts) IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM evidence e
    WHERE e.person = a.person AND e.type = 'challenge.failed'
      AND e.occurred >= a.occurred - :window_s * 1000000 AND (e.occurred, e.seq) < (a.occurred, a.seq)
      AND (SELECT 1 FROM evidence p
           WHERE p.person = e.person AND p.type = 'challenge.failed' AND p.source = e.source
             AND p.occurred >= e.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (e.occurred, e.seq)
           LIMIT 1 OFFSET :attempts - 1))
