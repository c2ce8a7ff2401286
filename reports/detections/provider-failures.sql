-- population
WITH
  sends AS (
    SELECT DISTINCT provider, occurred / (:window_s * 1000000) * (:window_s * 1000000) AS begins
    FROM evidence
    WHERE type = 'challenge.sent' AND in_period IN (0, 1) AND provider IS NOT NULL AND life IS NOT NULL
      AND occurred > :from - (:window_s + :settle_s) * 1000000 AND occurred < :until),
  quarters AS (
    SELECT DISTINCT lower(provider) AS provider, begins FROM sends
    WHERE begins + (:window_s + :settle_s) * 1000000 > :from
      AND begins + (:window_s + :settle_s) * 1000000 <= min(:until, :known_until)),
  -- The date of a day by whole numbers: counted in years that begin on 1 March, from 1968 on.
  years AS (SELECT *, (4 * (begins / 86400000000 + 671) + 3) / 1461 AS year FROM quarters),
  dated AS (SELECT *, begins / 86400000000 + 671 - 1461 * year / 4 AS day FROM years),
  named AS (SELECT *, printf('%04d-%02d-%02d %02d:%02d', 1968 + year + ((5 * day + 2) / 153 >= 10),
                             (5 * day + 2) / 153 + 3 - 12 * ((5 * day + 2) / 153 >= 10),
                             day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1,
                             begins / 3600000000 % 24, begins / 60000000 % 60) AS name FROM dated)
SELECT provider || ' ' || name AS item FROM named

-- exceptions
WITH
  -- Each undelivered challenge, by the last send before the report; then by the stretch of time of that send.
  lost AS (
    SELECT u.life, lower(s.provider) AS provider, max(s.occurred) AS sent, max(u.seq) AS report
    FROM evidence u CROSS JOIN evidence s
    WHERE u.type = 'challenge.undelivered' AND u.in_period IN (0, 1)
      AND u.occurred > :from - (:window_s + :settle_s) * 1000000 AND u.occurred < :until
      AND s.life = u.life AND s.type = 'challenge.sent' AND s.provider IS NOT NULL
      AND s.occurred BETWEEN u.occurred - :settle_s * 1000000 AND u.occurred
      AND lower(s.provider) = lower(coalesce(u.provider, s.provider))
    GROUP BY u.life, lower(s.provider)),
  counted AS (
    SELECT *, sent / (:window_s * 1000000) * (:window_s * 1000000) AS begins,
           row_number() OVER (PARTITION BY provider, sent / (:window_s * 1000000) ORDER BY sent, report) AS number
    FROM lost),
  quarters AS (
    SELECT provider, begins, count(*) AS failed, json_group_array(report) FILTER (WHERE number <= 100) AS records
    FROM counted GROUP BY provider, begins
    HAVING count(*) >= :failures_least
       AND begins + (:window_s + :settle_s) * 1000000 > :from
       AND begins + (:window_s + :settle_s) * 1000000 <= min(:until, :known_until)),
  compared AS (
    SELECT *, (SELECT count(DISTINCT s.life) FROM evidence s
               WHERE s.type = 'challenge.sent' AND s.in_period IN (0, 1) AND s.occurred >= quarters.begins
                 AND s.occurred < quarters.begins + :window_s * 1000000
                 AND lower(s.provider) = quarters.provider) AS sent
    FROM quarters),
  failing AS (SELECT * FROM compared WHERE failed * 1000 > :failed_permille * sent),
  -- The date of a day by whole numbers: counted in years that begin on 1 March, from 1968 on.
  years AS (SELECT *, (4 * (begins / 86400000000 + 671) + 3) / 1461 AS year FROM failing),
  dated AS (SELECT *, begins / 86400000000 + 671 - 1461 * year / 4 AS day FROM years),
  named AS (SELECT *, printf('%04d-%02d-%02d %02d:%02d', 1968 + year + ((5 * day + 2) / 153 >= 10),
                             (5 * day + 2) / 153 + 3 - 12 * ((5 * day + 2) / 153 >= 10),
                             day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1,
                             begins / 3600000000 % 24, begins / 60000000 % 60) AS name FROM dated)
SELECT provider || ' ' || name AS item, records,
       failed || ' of ' || sent || ' challenges were reported as undelivered within ' || :settle_s
         || ' s; the first ' || min(failed, 100) || ' reports are named' AS observed
FROM named
