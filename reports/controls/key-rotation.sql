-- population
SELECT kind || ' key ' || number AS item
FROM (SELECT kind, begins, row_number() OVER own AS number, lead(begins) OVER own AS next
      FROM (SELECT 'log' AS kind, min(received) AS begins FROM system WHERE type = 'key.created'
            UNION ALL SELECT 'clock', min(received) FROM system WHERE type = 'key.created'
            UNION ALL SELECT resource, received FROM system
                      WHERE type = 'key.rotated' AND resource IN ('log', 'clock')) AS begun
      WHERE begins IS NOT NULL
      WINDOW own AS (PARTITION BY kind ORDER BY begins)) AS keys
WHERE begins < :until AND coalesce(next, :until) > :from

-- exceptions
SELECT kind || ' key ' || number AS item, NULL AS records,
       'the key was in use for ' || ((ends - begins) / 86400000000) || ' days'
       || CASE WHEN next IS NULL THEN ' and was not replaced' ELSE '' END AS observed,
       CASE WHEN next_seq IS NULL THEN seq ELSE json_array(seq, next_seq) END AS system_records
FROM (SELECT kind, number, begins, seq, next, next_seq,
             min(coalesce(next, :until), :until, max(:known_until, (SELECT max(received) FROM system))) AS ends
      FROM (SELECT kind, begins, seq, row_number() OVER own AS number, lead(begins) OVER own AS next,
                   lead(seq) OVER own AS next_seq
            FROM (SELECT 'log' AS kind, min(received) AS begins, seq FROM system WHERE type = 'key.created'
                  UNION ALL SELECT 'clock', min(received), seq FROM system WHERE type = 'key.created'
                  UNION ALL SELECT resource, received, seq FROM system
                            WHERE type = 'key.rotated' AND resource IN ('log', 'clock')) AS begun
            WHERE begins IS NOT NULL
            WINDOW own AS (PARTITION BY kind ORDER BY begins)) AS keys)
WHERE begins < :until AND coalesce(next, :until) > :from AND ends - begins > :days_most * 86400000000
