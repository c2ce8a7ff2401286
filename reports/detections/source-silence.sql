-- A spell of a source is a time in which it was heard without a silence that is too long. It is named by the minute in
-- which it was heard last: as far as is known, where the spell goes on.

-- with
WITH
  -- Where a silence longer than the shorter of both limits begins, or nothing more is known: few.
  ends AS (
    SELECT source, minute, minute * 60000000 AS begins,
           (SELECT min(h.minute) FROM heard h WHERE h.source = heard.source AND h.minute > heard.minute
                                                AND h.minute < :until / 60000000) AS next,
           CASE WHEN (SELECT first_heartbeat FROM sources WHERE sources.source = heard.source)
                     < (minute + 1) * 60000000 THEN :heartbeat_s ELSE :silence_s END AS most_s
    FROM heard
    WHERE minute < :until / 60000000
      AND NOT EXISTS (SELECT 1 FROM heard h
                      WHERE h.source = heard.source AND h.minute > heard.minute
                        AND h.minute <= min(heard.minute + 1 + min(:heartbeat_s, :silence_s) / 60,
                                            :until / 60000000 - 1))
      AND minute * 60000000 >= (SELECT first_received FROM sources WHERE sources.source = heard.source)
                                 + :service_s * 1000000),
  spells AS (
    SELECT *, min(:until, :known_until, coalesce(next * 60000000, :until),
                  coalesce((SELECT revoked FROM sources WHERE sources.source = ends.source AND revoked >= ends.begins),
                           :until)) AS silent_until
    FROM ends
    WHERE most_s > 0 AND (next IS NULL OR (next - minute - 1) * 60 > most_s)
      AND (minute + 1) * 60000000 + most_s * 1000000 > :from),
  -- The date of a day by whole numbers: counted in years that begin on 1 March, from 1968 on.
  years AS (SELECT *, (4 * (begins / 86400000000 + 671) + 3) / 1461 AS year FROM spells),
  dated AS (SELECT *, begins / 86400000000 + 671 - 1461 * year / 4 AS day FROM years),
  named AS (SELECT *, printf('%04d-%02d-%02d %02d:%02d', 1968 + year + ((5 * day + 2) / 153 >= 10),
                             (5 * day + 2) / 153 + 3 - 12 * ((5 * day + 2) / 153 >= 10),
                             day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1,
                             begins / 3600000000 % 24, begins / 60000000 % 60) AS name FROM dated)

-- population
SELECT source || ' ' || name AS item FROM named

-- exceptions
SELECT source || ' ' || name AS item,
       (SELECT last_seq FROM heard WHERE heard.source = named.source AND heard.minute = named.minute) AS records,
       'nothing was heard for ' || (silent_until / 60000000 - minute - 1) || ' minutes after ' || name
         || ' UTC; allowed are ' || most_s || ' s' AS observed
FROM named
WHERE (minute + 1) * 60000000 + most_s * 1000000 < silent_until
