-- Accounts are counted as one source names them, each with its first challenge to sign up that was passed. Who is known
-- by a phone alone is no account. A + keeps a condition from choosing the index.

-- population
SELECT seq AS item FROM evidence
WHERE type = 'challenge.verified' AND in_period = 1 AND purpose = 'signup' AND life IS NOT NULL
  AND person <> coalesce(phone, '')

-- exceptions
WITH
  -- What was passed, with the phone and the device that any record of the challenge tells.
  passes AS (
    SELECT seq, occurred, source, person,
           coalesce(phone, (SELECT max(o.phone) FROM evidence o WHERE o.life = evidence.life)) AS phone,
           coalesce(device, (SELECT max(o.device) FROM evidence o WHERE o.life = evidence.life)) AS device
    FROM evidence
    WHERE type = 'challenge.verified' AND in_period = 1 AND purpose = 'signup' AND life IS NOT NULL
      AND person <> coalesce(phone, '')),
  reached AS (
  -- By phone: this account is new to it and makes the number full, and not more than full.
  SELECT a.seq, 'phone' AS what,
         (SELECT json_group_array(p.seq) FROM evidence p
          WHERE p.purpose = 'signup' AND p.phone = a.phone AND p.source = a.source
            AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
            AND p.type IN ('challenge.sent', 'challenge.verified')
            AND EXISTS (SELECT 1 FROM evidence v
                        WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                          AND (v.occurred, v.seq) <= (a.occurred, a.seq))) AS records
  FROM passes a
  -- Few have another account beside them; the rest is asked of those.
  WHERE EXISTS (
      SELECT 1 FROM evidence p
      WHERE p.purpose = 'signup' AND p.phone = a.phone AND p.source = a.source AND p.person <> a.person
        AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred)
    AND NOT EXISTS (
      SELECT 1 FROM evidence p
      WHERE p.person = a.person AND p.type IN ('challenge.sent', 'challenge.verified') AND p.purpose = 'signup'
        AND +p.phone = a.phone AND p.source = a.source
        AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
        AND EXISTS (SELECT 1 FROM evidence v
                    WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                      AND (v.occurred, v.seq) < (a.occurred, a.seq)))
    AND (SELECT 1 FROM evidence p
         WHERE p.purpose = 'signup' AND p.phone = a.phone AND p.source = a.source
           AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
           AND p.type IN ('challenge.sent', 'challenge.verified')
           AND EXISTS (SELECT 1 FROM evidence v
                       WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                         AND (v.occurred, v.seq) <= (a.occurred, a.seq))
           AND NOT EXISTS (
             SELECT 1 FROM evidence q
             WHERE q.person = p.person AND q.type IN ('challenge.sent', 'challenge.verified') AND q.purpose = 'signup'
               AND +q.phone = p.phone AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
               AND (q.occurred, q.seq) < (p.occurred, p.seq)
               AND EXISTS (SELECT 1 FROM evidence v
                           WHERE v.life = q.life AND v.type = 'challenge.verified' AND v.source = q.source
                             AND (v.occurred, v.seq) <= (a.occurred, a.seq)))
         LIMIT 1 OFFSET :accounts - 1)
    AND (SELECT 1 FROM evidence p
         WHERE p.purpose = 'signup' AND p.phone = a.phone AND p.source = a.source
           AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
           AND p.type IN ('challenge.sent', 'challenge.verified')
           AND EXISTS (SELECT 1 FROM evidence v
                       WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                         AND (v.occurred, v.seq) <= (a.occurred, a.seq))
           AND NOT EXISTS (
             SELECT 1 FROM evidence q
             WHERE q.person = p.person AND q.type IN ('challenge.sent', 'challenge.verified') AND q.purpose = 'signup'
               AND +q.phone = p.phone AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
               AND (q.occurred, q.seq) < (p.occurred, p.seq)
               AND EXISTS (SELECT 1 FROM evidence v
                           WHERE v.life = q.life AND v.type = 'challenge.verified' AND v.source = q.source
                             AND (v.occurred, v.seq) <= (a.occurred, a.seq)))
         LIMIT 1 OFFSET :accounts) IS NULL
  UNION ALL
  -- The same by device.
  SELECT a.seq, 'device' AS what,
         (SELECT json_group_array(p.seq) FROM evidence p
          WHERE p.purpose = 'signup' AND p.device = a.device AND p.source = a.source
            AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
            AND p.type IN ('challenge.sent', 'challenge.verified')
            AND EXISTS (SELECT 1 FROM evidence v
                        WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                          AND (v.occurred, v.seq) <= (a.occurred, a.seq))) AS records
  FROM passes a
  WHERE EXISTS (
      SELECT 1 FROM evidence p
      WHERE p.purpose = 'signup' AND p.device = a.device AND p.source = a.source AND p.person <> a.person
        AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred)
    AND NOT EXISTS (
      SELECT 1 FROM evidence p
      WHERE p.person = a.person AND p.type IN ('challenge.sent', 'challenge.verified') AND p.purpose = 'signup'
        AND +p.device = a.device AND p.source = a.source
        AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
        AND EXISTS (SELECT 1 FROM evidence v
                    WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                      AND (v.occurred, v.seq) < (a.occurred, a.seq)))
    AND (SELECT 1 FROM evidence p
         WHERE p.purpose = 'signup' AND p.device = a.device AND p.source = a.source
           AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
           AND p.type IN ('challenge.sent', 'challenge.verified')
           AND EXISTS (SELECT 1 FROM evidence v
                       WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                         AND (v.occurred, v.seq) <= (a.occurred, a.seq))
           AND NOT EXISTS (
             SELECT 1 FROM evidence q
             WHERE q.person = p.person AND q.type IN ('challenge.sent', 'challenge.verified') AND q.purpose = 'signup'
               AND +q.device = p.device AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
               AND (q.occurred, q.seq) < (p.occurred, p.seq)
               AND EXISTS (SELECT 1 FROM evidence v
                           WHERE v.life = q.life AND v.type = 'challenge.verified' AND v.source = q.source
                             AND (v.occurred, v.seq) <= (a.occurred, a.seq)))
         LIMIT 1 OFFSET :accounts - 1)
    AND (SELECT 1 FROM evidence p
         WHERE p.purpose = 'signup' AND p.device = a.device AND p.source = a.source
           AND p.person <> coalesce(p.phone, '') AND p.occurred BETWEEN a.occurred - :window_s * 1000000 AND a.occurred
           AND p.type IN ('challenge.sent', 'challenge.verified')
           AND EXISTS (SELECT 1 FROM evidence v
                       WHERE v.life = p.life AND v.type = 'challenge.verified' AND v.source = p.source
                         AND (v.occurred, v.seq) <= (a.occurred, a.seq))
           AND NOT EXISTS (
             SELECT 1 FROM evidence q
             WHERE q.person = p.person AND q.type IN ('challenge.sent', 'challenge.verified') AND q.purpose = 'signup'
               AND +q.device = p.device AND q.source = p.source AND q.occurred >= a.occurred - :window_s * 1000000
               AND (q.occurred, q.seq) < (p.occurred, p.seq)
               AND EXISTS (SELECT 1 FROM evidence v
                           WHERE v.life = q.life AND v.type = 'challenge.verified' AND v.source = q.source
                             AND (v.occurred, v.seq) <= (a.occurred, a.seq)))
         LIMIT 1 OFFSET :accounts) IS NULL
)
SELECT seq AS item, max(records) AS records,
       :accounts || ' accounts were signed up with one ' || group_concat(what, ' and one ') || ' within ' || :window_s
         || ' s' AS observed
FROM reached GROUP BY seq
