-- population
SELECT seq AS item FROM evidence WHERE type = 'challenge.failed' AND in_period = 1

-- exceptions
SELECT a.seq AS item,
       coalesce((SELECT json_array(v.seq, a.seq) FROM evidence v
                 WHERE v.life = a.life AND v.type = 'challenge.verified' AND v.source = a.source
                   AND v.occurred < a.occurred
                 ORDER BY v.occurred LIMIT 1), json_array(a.seq)) AS records,
       CASE WHEN EXISTS (SELECT 1 FROM json_each(:reasons) WHERE instr(lower(a.reason), json_each.value) > 0)
            THEN 'refused because it was used before (' || a.reason || ')'
            ELSE 'tried again ' || ((a.occurred - (SELECT max(v.occurred) FROM evidence v
                                                   WHERE v.life = a.life AND v.type = 'challenge.verified'
                                                     AND v.source = a.source AND v.occurred < a.occurred)) / 1000000)
                 || ' s after the challenge was passed' END AS observed
FROM evidence a
WHERE a.type = 'challenge.failed' AND a.in_period = 1
  AND (EXISTS (SELECT 1 FROM json_each(:reasons) WHERE instr(lower(a.reason), json_each.value) > 0)
       OR EXISTS (SELECT 1 FROM evidence v
                  WHERE v.life = a.life AND v.type = 'challenge.verified' AND v.source = a.source
                    AND v.occurred < a.occurred - :slack_s * 1000000))
      AND NOT EXISTS (SELECT 1 FROM evidence v
                      WHERE v.person = a.person AND v.type = 'challenge.verified'
                        AND v.occurred BETWEEN a.occurred - :slack_s * 1000000 AND a.occurred)
  -- None of the last 200 failures before it, within the stated time, was one: of the account, or of the challenge.
  AND CASE WHEN a.person IS NOT NULL
      THEN NOT EXISTS (
             SELECT 1 FROM evidence e
             WHERE e.person = a.person AND e.type = 'challenge.failed'
               AND e.occurred >= max(a.occurred - :episode_s * 1000000,
                     coalesce((SELECT w.occurred FROM evidence w
                               WHERE w.person = a.person AND w.type = 'challenge.failed' AND w.occurred <= a.occurred
                               ORDER BY w.occurred DESC LIMIT 1 OFFSET 200), 0))
               AND (e.occurred, e.seq) < (a.occurred, a.seq)
               AND (EXISTS (SELECT 1 FROM json_each(:reasons) WHERE instr(lower(e.reason), json_each.value) > 0)
                    OR EXISTS (SELECT 1 FROM evidence v
                               WHERE v.life = e.life AND v.type = 'challenge.verified' AND v.source = e.source
                                 AND v.occurred < e.occurred - :slack_s * 1000000))
                   AND NOT EXISTS (SELECT 1 FROM evidence v
                                   WHERE v.person = e.person AND v.type = 'challenge.verified'
                                     AND v.occurred BETWEEN e.occurred - :slack_s * 1000000 AND e.occurred))
      ELSE NOT EXISTS (
             SELECT 1 FROM evidence e
             WHERE e.life = a.life AND e.type = 'challenge.failed'
               AND e.occurred >= a.occurred - :episode_s * 1000000
               AND (e.occurred, e.seq) < (a.occurred, a.seq)
               AND (EXISTS (SELECT 1 FROM json_each(:reasons) WHERE instr(lower(e.reason), json_each.value) > 0)
                    OR EXISTS (SELECT 1 FROM evidence v
                               WHERE v.life = e.life AND v.type = 'challenge.verified' AND v.source = e.source
                                 AND v.occurred < e.occurred - :slack_s * 1000000))
                   AND NOT EXISTS (SELECT 1 FROM evidence v
                                   WHERE v.person = e.person AND v.type = 'challenge.verified'
                                     AND v.occurred BETWEEN e.occurred - :slack_s * 1000000 AND e.occurred)) END
