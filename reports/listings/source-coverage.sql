-- The rows of `heard` stand in the order of source and minute, so the next minute has the next rowid.

-- rows
SELECT source, (ends - begins) / 60000000 AS minutes, count(*) FILTER (WHERE heard_then) AS minutes_heard,
       coalesce(sum(events) FILTER (WHERE heard_then), 0) AS events,
       max(0, max(min(coalesce(next * 60000000, ends), ends) - max((minute + 1) * 60000000, begins))) / 60000000
         AS silence,
       min(skew_min_ms) FILTER (WHERE heard_then) AS least, max(skew_max_ms) FILTER (WHERE heard_then) AS most
FROM (SELECT last.source, last.minute, last.events, last.skew_min_ms, last.skew_max_ms, next.minute AS next, begins, ends,
             last.minute >= begins / 60000000 AND last.minute * 60000000 < ends AS heard_then
      FROM heard last
           CROSS JOIN (SELECT source, max(min(minute) * 60000000, :from) AS begins,
                              min(:until, :known_until,
                                  coalesce((SELECT revoked FROM sources WHERE sources.source = heard.source),
                                           :until)) AS ends
                       FROM heard GROUP BY source) AS served ON served.source = last.source
           LEFT JOIN heard next ON next.rowid = last.rowid + 1 AND next.source = last.source
      WHERE begins < ends)
GROUP BY source ORDER BY source
