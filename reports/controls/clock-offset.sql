-- `heard` tells between which records a clock was ahead, if any was.

-- population
SELECT source || ' ' || days.name AS item
FROM (SELECT DISTINCT source, minute / 1440 AS day FROM heard
      WHERE minute >= :from / 60000000 AND minute * 60000000 < :until) AS told
     JOIN days ON days.day = told.day

-- exceptions
SELECT source || ' ' || days.name AS item, seq AS records,
       'the clock was ' || printf('%,d', -min(offset) / 1000) || ' ms ahead'
       || CASE WHEN count(*) > 1 THEN '; the most of ' || printf('%,d', count(*)) || ' events of that day' ELSE '' END
         AS observed
FROM (SELECT source, seq, received / 86400000000 AS day, received - occurred AS offset
      FROM evidence
      WHERE seq BETWEEN (SELECT min(first_seq) FROM heard WHERE skew_min_ms <= -:ahead_ms)
                    AND (SELECT max(last_seq) FROM heard WHERE skew_min_ms <= -:ahead_ms)
        AND received - occurred < -:ahead_ms * 1000 AND proof <> 'backfill'
        AND received >= :from AND received < :until) AS ahead
     JOIN days ON days.day = ahead.day
GROUP BY source, days.name
