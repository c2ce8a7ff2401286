-- population
SELECT DISTINCT source || ' ' || days.name AS item
FROM heard JOIN days ON days.day = heard.minute / 1440
WHERE minute >= :from / 60000000 AND minute * 60000000 < :until

-- exceptions
SELECT source || ' ' || days.name AS item, seq AS records,
       'the clock was ' || printf('%,d', -min(offset) / 1000) || ' ms ahead'
       || CASE WHEN count(*) > 1 THEN '; the most of ' || printf('%,d', count(*)) || ' events of that day' ELSE '' END
         AS observed
FROM (SELECT source, seq, received / 86400000000 AS day, received - occurred AS offset
      FROM evidence
      WHERE received - occurred < -:ahead_ms * 1000 AND proof <> 'backfill'
        AND received >= :from AND received < :until) AS ahead
     JOIN days ON days.day = ahead.day
GROUP BY source, days.name
