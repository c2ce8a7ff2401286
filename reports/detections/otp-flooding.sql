-- Sends are counted as one source tells them, so that two sources that tell of one send are no two sends.

-- population
SELECT seq AS item FROM evidence
WHERE type = 'challenge.sent' AND in_period = 1 AND person IS NOT NULL

-- exceptions
WITH
  accounts AS (
    SELECT DISTINCT person, (SELECT min(occurred) FROM evidence
                             WHERE type = 'challenge.sent' AND in_period = 1) AS first
    FROM evidence WHERE type = 'challenge.sent' AND in_period = 1 AND person IS NOT NULL),
  -- With it there are as many sends in the window, by whatever source.
  many AS (
    SELECT a.seq FROM accounts CROSS JOIN evidence a
    WHERE a.person = accounts.person AND a.type = 'challenge.sent' AND a.occurred >= accounts.first
      AND (SELECT 1 FROM evidence p
           WHERE p.person = a.person AND p.type = 'challenge.sent'
             AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) <= (a.occurred, a.seq)
           LIMIT 1 OFFSET :sends - 1))
SELECT a.seq AS item,
       (SELECT json_group_array(p.seq) FROM evidence p
        WHERE p.person = a.person AND p.type = 'challenge.sent' AND p.source = a.source
          AND p.occurred >= max(a.occurred - :window_s * 1000000,
              coalesce((SELECT max(v.occurred) + 1 FROM evidence v
                        WHERE v.person = a.person AND v.type = 'challenge.verified'
                          AND v.occurred <= a.occurred), 0))
          AND (p.occurred, p.seq) <= (a.occurred, a.seq)) AS records,
       :sends || ' challenges were sent to one account within ' || :window_s || ' s, and none was passed' AS observed
FROM many CROSS JOIN evidence a
WHERE a.seq = many.seq AND a.in_period = 1
  -- This one makes the number full, counted from when the account last passed a challenge.
  AND (SELECT 1 FROM evidence p
       WHERE p.person = a.person AND p.type = 'challenge.sent' AND p.source = a.source
         AND p.occurred >= max(a.occurred - :window_s * 1000000,
             coalesce((SELECT max(v.occurred) + 1 FROM evidence v
                       WHERE v.person = a.person AND v.type = 'challenge.verified'
                         AND v.occurred <= a.occurred), 0))
         AND (p.occurred, p.seq) <= (a.occurred, a.seq)
       LIMIT 1 OFFSET :sends - 1)
  -- It was not full at any other one in the window before, so what goes on is noted once.
  AND (SELECT 1 FROM evidence p
       WHERE p.person = a.person AND p.type = 'challenge.sent' AND p.source = a.source
         AND p.occurred >= max(a.occurred - :window_s * 1000000,
             coalesce((SELECT max(v.occurred) + 1 FROM evidence v
                       WHERE v.person = a.person AND v.type = 'challenge.verified'
                         AND v.occurred <= a.occurred), 0))
         AND (p.occurred, p.seq) <= (a.occurred, a.seq)
       LIMIT 1 OFFSET :sends) IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM evidence e
    WHERE e.person = a.person AND e.type = 'challenge.sent'
      AND e.occurred >= a.occurred - :window_s * 1000000 AND (e.occurred, e.seq) < (a.occurred, a.seq)
      AND (SELECT 1 FROM evidence p
           WHERE p.person = e.person AND p.type = 'challenge.sent' AND p.source = e.source
             AND p.occurred >= max(e.occurred - :window_s * 1000000,
                 coalesce((SELECT max(v.occurred) + 1 FROM evidence v
                           WHERE v.person = e.person AND v.type = 'challenge.verified'
                             AND v.occurred <= e.occurred), 0))
             AND (p.occurred, p.seq) <= (e.occurred, e.seq)
           LIMIT 1 OFFSET :sends - 1))
