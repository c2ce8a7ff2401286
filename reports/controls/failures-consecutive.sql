-- An authenticator is a person's factor of one kind. Failures of one challenge that two sources tell count once, as
-- the source tells them that tells most; what a source refused because of a lock was not judged. A success with the
-- factor begins a new count, and so does its being enrolled or reset; a re-sent code does not.

-- population
SELECT min(seq) AS item
FROM evidence
WHERE type = 'challenge.failed' AND in_period = 1 AND person IS NOT NULL
  AND (reason IS NULL
       OR NOT EXISTS (SELECT 1 FROM json_each(:refused_words)
                      WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
GROUP BY person, coalesce(evidence.factor,
                  (SELECT last_factor FROM challenges WHERE challenges.life = evidence.life), 'unknown')

-- exceptions
WITH suspects AS MATERIALIZED (
  SELECT person, coalesce(evidence.factor,
                  (SELECT last_factor FROM challenges WHERE challenges.life = evidence.life), 'unknown') AS factor
  FROM evidence
  WHERE type = 'challenge.failed' AND person IS NOT NULL
  GROUP BY 1, 2
  HAVING count(*) > :failures_most),
told AS (
  SELECT evidence.seq, evidence.occurred, evidence.in_period, suspects.person, suspects.factor, evidence.source,
         evidence.life, evidence.type = 'challenge.failed' AS is_failure,
         min(CASE WHEN evidence.type = 'challenge.failed' AND evidence.in_period THEN evidence.seq END)
           OVER (PARTITION BY suspects.person, suspects.factor) AS item
  FROM suspects CROSS JOIN evidence
  WHERE evidence.person = suspects.person
    AND evidence.type IN ('challenge.failed', 'challenge.verified', 'factor.enrolled', 'factor.reset')
    AND (suspects.factor = coalesce(evidence.factor,
                  (SELECT last_factor FROM challenges WHERE challenges.life = evidence.life), 'unknown')
         OR (evidence.factor IS NULL AND evidence.type IN ('factor.enrolled', 'factor.reset')))
    AND (evidence.type <> 'challenge.failed' OR evidence.reason IS NULL
         OR NOT EXISTS (SELECT 1 FROM json_each(:refused_words)
                        WHERE instr(replace(replace(lower(evidence.reason), '_', ' '), '-', ' '), json_each.value) > 0))
),
weighed AS (
  SELECT told.*, count(*) OVER (PARTITION BY is_failure, life, source) AS of_source FROM told),
chosen AS (
  SELECT weighed.*,
         first_value(source) OVER (PARTITION BY is_failure, life ORDER BY of_source DESC, source) AS teller
  FROM weighed),
counted AS (
  SELECT chosen.*,
         sum(NOT is_failure) OVER (PARTITION BY person, factor ORDER BY occurred, seq) AS run
  FROM chosen
  WHERE NOT is_failure OR life IS NULL OR source = teller),
placed AS (
  SELECT counted.*, row_number() OVER turn AS place, first_value(seq) OVER turn AS first_seq
  FROM counted
  WHERE is_failure
  WINDOW turn AS (PARTITION BY person, factor, run ORDER BY occurred, seq))
SELECT item, json_array(min(first_seq), min(seq), max(seq)) AS records,
       max(place) || ' failures of ' || factor || ' in a row, with neither a success nor a new binding; at most '
       || :failures_most || ' are allowed' AS observed
FROM placed
WHERE place > :failures_most AND in_period AND item IS NOT NULL
GROUP BY person, factor
