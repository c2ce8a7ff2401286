-- A challenge of which only the provider speaks names no account, so it cannot be told what was offered next.

-- with
WITH undelivered AS (
  SELECT life, item, person, begun, factor,
         (SELECT min(evidence.occurred) FROM evidence
          WHERE evidence.life = challenges.life AND evidence.type = 'challenge.undelivered') AS at
  FROM challenges
  WHERE in_period = 1 AND undelivered > 0 AND delivered = 0 AND verified = 0 AND cancelled = 0
    AND account IS NOT NULL)

-- population
SELECT item FROM undelivered WHERE at + :fallback_s * 1000000 <= :known_until

-- exceptions
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence
        WHERE evidence.life = undelivered.life
          AND evidence.type IN ('challenge.sent', 'challenge.undelivered')) AS records,
       'a challenge by ' || coalesce(factor, 'a factor that no record names') || ' was not delivered, and within '
       || :fallback_s || ' s there was neither another channel nor a delivery' AS observed
FROM undelivered
WHERE at + :fallback_s * 1000000 <= :known_until
  AND NOT EXISTS (
    SELECT 1 FROM challenges other
    WHERE other.person = undelivered.person AND other.life <> undelivered.life
      AND other.begun BETWEEN undelivered.begun AND undelivered.at + :fallback_s * 1000000
      AND (other.factor IS NOT undelivered.factor OR other.last_factor IS NOT undelivered.factor
           OR other.fallback_from IS NOT NULL OR other.delivered > 0 OR other.verified > 0))
  AND NOT EXISTS (
    SELECT 1 FROM evidence failed JOIN evidence sent ON sent.life = failed.life
    WHERE failed.life = undelivered.life AND failed.type = 'challenge.undelivered' AND sent.type = 'challenge.sent'
      AND sent.factor <> failed.factor AND sent.occurred <= undelivered.at + :fallback_s * 1000000)
  AND NOT EXISTS (
    SELECT 1 FROM evidence v
    WHERE v.person = undelivered.person AND v.type = 'challenge.verified'
      AND v.occurred BETWEEN undelivered.begun AND undelivered.at + :fallback_s * 1000000)
