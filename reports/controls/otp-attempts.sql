-- Of two sources that tell of one challenge the one that tells most failures counts. A source's own number of an
-- attempt counts where it is told of an outcome: told of a send it is the number of the send.

-- population
SELECT item
FROM challenges
WHERE in_period = 1 AND failed + verified > 0

-- exceptions
WITH suspects AS (
  SELECT item, life,
         coalesce((SELECT max(failures) FROM (
            SELECT count(*) AS failures FROM evidence
            WHERE evidence.life = challenges.life AND evidence.type = 'challenge.failed'
              AND (evidence.reason IS NULL
                   OR NOT EXISTS (
                     SELECT 1 FROM json_each(:refused_words)
                     WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
            GROUP BY evidence.source)), 0) AS failures,
         coalesce((SELECT max(evidence.attempt) FROM evidence
            WHERE evidence.life = challenges.life AND evidence.type IN ('challenge.failed', 'challenge.verified')
              AND (evidence.reason IS NULL
                   OR NOT EXISTS (
                     SELECT 1 FROM json_each(:refused_words)
                     WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
           ), 0) AS attempt
  FROM challenges
  WHERE in_period = 1 AND (failed > :attempts_most OR attempt > :attempts_most))
SELECT item,
       (SELECT json_group_array(evidence.seq) FROM evidence
        WHERE evidence.life = suspects.life
          AND evidence.type IN ('challenge.failed', 'challenge.verified')) AS records,
       CASE WHEN failures > :attempts_most THEN failures || ' failed attempts'
            ELSE 'an attempt with the number ' || attempt END
       || '; at most ' || :attempts_most || ' are allowed' AS observed
FROM suspects
WHERE failures > :attempts_most OR attempt > :attempts_most
