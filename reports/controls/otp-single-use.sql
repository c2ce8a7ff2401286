-- Two sources that tell of a pass are one pass. A challenge that is over begins again when a code is sent once more.
-- Clocks of two sources may differ, so only what one source tells is compared to the microsecond.

-- population
SELECT item
FROM challenges
WHERE verified > 0 AND verified_at >= :from AND verified_at < :until

-- exceptions
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence
        WHERE evidence.life = challenges.life
          AND evidence.type IN ('challenge.verified', 'challenge.expired', 'challenge.cancelled')) AS records,
       CASE WHEN verified > 1 THEN 'passed ' || verified || ' times'
            WHEN cancelled > 0 AND expired > 0 THEN 'passed after it was cancelled or had expired'
            WHEN cancelled > 0 THEN 'passed after it was cancelled'
            ELSE 'passed after it had expired' END AS observed
FROM challenges
WHERE verified > 0 AND verified_at >= :from AND verified_at < :until
  AND (verified > 1
       OR ((expired > 0 OR cancelled > 0)
           AND EXISTS (
             SELECT 1 FROM evidence ended JOIN evidence pass ON pass.life = ended.life
             WHERE ended.life = challenges.life AND ended.type IN ('challenge.expired', 'challenge.cancelled')
               AND pass.type = 'challenge.verified'
               AND pass.occurred > ended.occurred
                   + CASE WHEN pass.source = ended.source THEN 0 ELSE :clock_slack_s * 1000000 END
               AND NOT EXISTS (
                 SELECT 1 FROM evidence again
                 WHERE again.life = ended.life AND again.type = 'challenge.sent'
                   AND again.occurred >= ended.occurred AND again.occurred <= pass.occurred))))
