-- A silence is measured from the end of the minute in which a source was heard last to the begin of the minute in
-- which it was heard next, so it is never told longer than it was. The rows of `heard` stand in the order of source
-- and minute, so the next minute has the next rowid. A gap that neither limit calls a silence is left out first.

-- population
SELECT source || ' ' || days.name AS item
FROM (SELECT source, max(min(minute) * 60000000, :from) AS begins,
             (SELECT first_heartbeat FROM sources WHERE sources.source = heard.source) AS first_heartbeat,
             min(:until, :known_until, coalesce((SELECT revoked FROM sources WHERE sources.source = heard.source),
                                                :until)) AS ends
      FROM heard GROUP BY source) AS served
     JOIN days ON days.ends > served.begins AND days.begins < served.ends
WHERE served.begins < served.ends AND (first_heartbeat IS NOT NULL OR :silence_s > 0)

-- exceptions
WITH
  quiet AS (
    SELECT last.source, last.last_seq, next.first_seq AS next_seq, next.minute AS next,
           max((last.minute + 1) * 60000000, :from) AS begins,
           min(:until, :known_until, coalesce(next.minute * 60000000, :until),
               coalesce((SELECT revoked FROM sources WHERE sources.source = last.source), :until)) AS ends,
           CASE WHEN (SELECT first_heartbeat FROM sources WHERE sources.source = last.source)
                     < (last.minute + 1) * 60000000 THEN :heartbeat_s ELSE :silence_s END AS most_s
    FROM heard last NOT INDEXED LEFT JOIN heard next ON next.rowid = last.rowid + 1 AND next.source = last.source
    WHERE next.minute IS NULL
       OR (next.minute - last.minute - 1) * 60
          > CASE WHEN :silence_s > 0 THEN min(:heartbeat_s, :silence_s) ELSE :heartbeat_s END)
SELECT source || ' ' || days.name AS item,
       CASE WHEN next_seq IS NULL THEN json_array(last_seq) ELSE json_array(last_seq, next_seq) END AS records,
       'nothing was heard for ' || printf('%,d', max(quiet.ends - quiet.begins) / 60000000) || ' minutes, from '
       || days.name || printf(' %02d:%02d', quiet.begins / 3600000000 % 24, quiet.begins / 60000000 % 60)
       || CASE WHEN next IS NULL OR quiet.ends < next * 60000000
               THEN ' to the end of its service or of what was looked at'
               ELSE ' until ' || (SELECT name FROM days WHERE days.day = (next - 1) / 1440)
                    || printf(' %02d:%02d', next / 60 % 24, next % 60) END
       || CASE WHEN EXISTS (SELECT 1 FROM system WHERE type = 'ledger.started'
                                                   AND system.received BETWEEN quiet.begins AND quiet.ends)
               THEN '; the appliance was started in that time' ELSE '' END
       || CASE WHEN count(*) > 1 THEN '; the longest of ' || count(*) || ' that began on that day' ELSE '' END
         AS observed
FROM quiet JOIN days ON days.day = quiet.begins / 86400000000
WHERE most_s > 0 AND quiet.ends - quiet.begins > most_s * 1000000
GROUP BY source, days.name
