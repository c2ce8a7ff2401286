-- population
SELECT name AS item FROM days
WHERE begins >= :from AND ends - :days * 86400000000 >= (SELECT min(received) FROM system)
  AND ends <= min(:until, max(:known_until, (SELECT max(received) FROM system)))

-- exceptions
SELECT name AS item, NULL AS records,
       CASE WHEN last IS NULL THEN 'no backup had ever been taken'
            ELSE 'at the end of the day the newest backup was ' || ((ends - last_at) / 86400000000) || ' days old'
       END AS observed,
       last AS system_records
FROM (SELECT name, ends,
             (SELECT seq FROM system WHERE type = 'backup.performed' AND received < days.ends
              ORDER BY received DESC LIMIT 1) AS last,
             (SELECT occurred FROM system WHERE type = 'backup.performed' AND received < days.ends
              ORDER BY received DESC LIMIT 1) AS last_at
      FROM days
      WHERE begins >= :from AND ends - :days * 86400000000 >= (SELECT min(received) FROM system)
        AND ends <= min(:until, max(:known_until, (SELECT max(received) FROM system))))
WHERE last IS NULL OR last_at < ends - (:days * 86400 + :slack_s) * 1000000
