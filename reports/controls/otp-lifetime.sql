-- The last send before the pass counts, as any source tells it. Times of expiry are whole seconds, so one second is
-- left for what was cut off. What was neither seen to be sent nor has an expiry cannot be judged, and is left out.

-- with
WITH passed AS (
  SELECT life, item, verified_at, expires,
         CASE WHEN factor = last_factor THEN factor
              ELSE (SELECT max(evidence.factor) FROM evidence
                    WHERE evidence.life = challenges.life AND evidence.type = 'challenge.verified') END AS factor,
         CASE WHEN last_sent <= verified_at THEN last_sent
              ELSE (SELECT max(evidence.occurred) FROM evidence
                    WHERE evidence.life = challenges.life AND evidence.type = 'challenge.sent'
                      AND evidence.occurred <= challenges.verified_at) END AS sent
  FROM challenges
  WHERE verified > 0 AND verified_at >= :from AND verified_at < :until)

-- population
SELECT item
FROM passed
WHERE factor IN ('sms', 'whatsapp', 'voice', 'email', 'push') AND (sent IS NOT NULL OR expires IS NOT NULL)

-- exceptions
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence
        WHERE evidence.life = passed.life AND evidence.type IN ('challenge.sent', 'challenge.verified')) AS records,
       CASE WHEN verified_at - sent > (:lifetime_s + :clock_slack_s) * 1000000
            THEN 'passed ' || ((verified_at - sent) / 1000000) || ' s after the ' || factor
                 || ' was last sent; a code is good for ' || :lifetime_s || ' s at most'
            ELSE 'passed ' || ((verified_at - expires) / 1000000) || ' s after its own expiry' END AS observed
FROM passed
WHERE factor IN ('sms', 'whatsapp', 'voice', 'email', 'push')
  AND (verified_at - sent > (:lifetime_s + :clock_slack_s) * 1000000
       OR verified_at - expires >= (1 + :clock_slack_s) * 1000000)
