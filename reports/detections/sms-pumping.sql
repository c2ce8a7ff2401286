-- population
WITH
  told AS (
    SELECT coalesce(s.life, -1 - s.seq) AS challenge, min(s.occurred) AS begun, min(s.seq) AS first,
           coalesce(max(upper(s.country)), '-') AS country
    FROM evidence s
    WHERE s.type = 'challenge.sent' AND s.in_period IN (0, 1) AND s.factor IN ('sms', 'voice')
      AND s.occurred >= :from - (:window_s + 2 * :settle_s) * 1000000 AND s.occurred < :until
      AND (s.purpose = 'signup'
           OR (s.purpose IS NULL AND NOT EXISTS (SELECT 1 FROM evidence o
                                                 WHERE o.life = s.life AND o.purpose <> 'signup')))
    GROUP BY challenge),
  hours AS (
    SELECT country, begun / (:window_s * 1000000) * (:window_s * 1000000) AS begins
    FROM told GROUP BY country, begins
    HAVING begins + (:window_s + :settle_s) * 1000000 > :from
       AND begins + (:window_s + :settle_s) * 1000000 <= min(:until, :known_until)),
  -- The date of a day by whole numbers: counted in years that begin on 1 March, from 1968 on.
  years AS (SELECT *, (4 * (begins / 86400000000 + 671) + 3) / 1461 AS year FROM hours),
  dated AS (SELECT *, begins / 86400000000 + 671 - 1461 * year / 4 AS day FROM years),
  named AS (SELECT *, printf('%04d-%02d-%02d %02d:%02d', 1968 + year + ((5 * day + 2) / 153 >= 10),
                             (5 * day + 2) / 153 + 3 - 12 * ((5 * day + 2) / 153 >= 10),
                             day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1,
                             begins / 3600000000 % 24, begins / 60000000 % 60) AS name FROM dated)
SELECT country || ' ' || name AS item FROM named

-- exceptions
WITH
  told AS (
    SELECT coalesce(s.life, -1 - s.seq) AS challenge, min(s.occurred) AS begun, min(s.seq) AS first,
           coalesce(max(upper(s.country)), '-') AS country, max(s.person) AS person
    FROM evidence s
    WHERE s.type = 'challenge.sent' AND s.in_period IN (0, 1) AND s.factor IN ('sms', 'voice')
      AND s.occurred >= :from - (:window_s + 2 * :settle_s) * 1000000 AND s.occurred < :until
      AND (s.purpose = 'signup'
           OR (s.purpose IS NULL AND NOT EXISTS (SELECT 1 FROM evidence o
                                                 WHERE o.life = s.life AND o.purpose <> 'signup')))
    GROUP BY challenge),
  judged AS (
    SELECT *, begun / (:window_s * 1000000) * (:window_s * 1000000) AS begins,
           EXISTS (SELECT 1 FROM evidence v
                   WHERE v.life = told.challenge AND v.type = 'challenge.verified'
                     AND v.occurred <= told.begun + :settle_s * 1000000)
           OR EXISTS (SELECT 1 FROM evidence v
                      WHERE v.person = told.person AND v.type = 'challenge.verified'
                        AND v.occurred >= told.begun AND v.occurred <= told.begun + :settle_s * 1000000) AS passed
    FROM told),
  counted AS (
    SELECT *, row_number() OVER (PARTITION BY country, begins ORDER BY begun, first) AS number FROM judged),
  hours AS (
    SELECT country, begins, count(*) AS sent, sum(passed) AS passed,
           json_group_array(first) FILTER (WHERE number <= 100) AS records
    FROM counted GROUP BY country, begins
    HAVING count(*) >= :sends_least
       AND begins + (:window_s + :settle_s) * 1000000 > :from
       AND begins + (:window_s + :settle_s) * 1000000 <= min(:until, :known_until)
       AND sum(passed) * 1000 < :passed_permille * count(*)),
  -- The date of a day by whole numbers: counted in years that begin on 1 March, from 1968 on.
  years AS (SELECT *, (4 * (begins / 86400000000 + 671) + 3) / 1461 AS year FROM hours),
  dated AS (SELECT *, begins / 86400000000 + 671 - 1461 * year / 4 AS day FROM years),
  named AS (SELECT *, printf('%04d-%02d-%02d %02d:%02d', 1968 + year + ((5 * day + 2) / 153 >= 10),
                             (5 * day + 2) / 153 + 3 - 12 * ((5 * day + 2) / 153 >= 10),
                             day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1,
                             begins / 3600000000 % 24, begins / 60000000 % 60) AS name FROM dated)
SELECT country || ' ' || name AS item, records,
       passed || ' of ' || sent || ' challenges to sign up by SMS or voice were passed within ' || :settle_s
         || ' s; the first ' || min(sent, 100) || ' are named' AS observed
FROM named
