-- Of two sources that tell of the same failures the one that tells of more is counted, among the last 10 times as many
-- as are asked for.

-- population
SELECT seq AS item FROM evidence
WHERE type = 'challenge.verified' AND in_period = 1 AND person IS NOT NULL

-- exceptions
WITH
  accounts AS (
    SELECT DISTINCT person, (SELECT min(occurred) FROM evidence
                             WHERE type = 'challenge.verified' AND in_period = 1) AS first
    FROM evidence WHERE type = 'challenge.verified' AND in_period = 1 AND person IS NOT NULL),
  -- Most accounts have never failed so often, in whatever time.
  suspects AS (
    SELECT person, first FROM accounts
    WHERE (SELECT 1 FROM evidence f
           WHERE f.person = accounts.person AND f.type = 'challenge.failed'
             AND f.occurred >= accounts.first - :window_s * 1000000
           LIMIT 1 OFFSET :failures - 1)),
  -- Passed, with as many failures in the window before; and from when on they are failures in a row.
  passes AS (
    SELECT a.seq, a.occurred, a.person,
           max(a.occurred - :window_s * 1000000,
               coalesce((SELECT max(v.occurred) FROM evidence v
                         WHERE v.person = a.person AND v.type = 'challenge.verified'
                           AND (v.occurred, v.seq) < (a.occurred, a.seq)), 0),
               coalesce((SELECT f.occurred FROM evidence f
                         WHERE f.person = a.person AND f.type = 'challenge.failed' AND f.occurred <= a.occurred
                         ORDER BY f.occurred DESC LIMIT 1 OFFSET 10 * :failures), 0)) AS since
    FROM suspects CROSS JOIN evidence a
    WHERE a.person = suspects.person AND a.type = 'challenge.verified' AND a.occurred >= suspects.first
      AND a.in_period = 1
      AND (SELECT 1 FROM evidence f
           WHERE f.person = a.person AND f.type = 'challenge.failed'
             AND f.occurred >= a.occurred - :window_s * 1000000 AND f.occurred <= a.occurred
           LIMIT 1 OFFSET :failures - 1))
SELECT a.seq AS item,
       (SELECT json_group_array(f.seq) FROM evidence f
        WHERE f.person = a.person AND f.occurred >= a.since
          AND (f.type = 'challenge.failed' AND f.occurred <= a.occurred
               OR f.type = 'challenge.verified' AND f.seq = a.seq)) AS records,
       'passed after at least ' || :failures || ' failures in a row within ' || :window_s || ' s' AS observed
FROM passes a
WHERE EXISTS (SELECT 1 FROM evidence f
              WHERE f.person = a.person AND f.type = 'challenge.failed'
                AND f.occurred >= a.since AND f.occurred <= a.occurred
              GROUP BY f.source HAVING count(*) >= :failures)
