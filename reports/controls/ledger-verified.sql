-- population
SELECT name AS item FROM days
WHERE begins >= max(:from, (SELECT min(received) FROM system))
  AND ends <= min(:until, max(:known_until, (SELECT max(received) FROM system)))

-- exceptions
SELECT name AS item, NULL AS records,
       CASE WHEN wrong IS NOT NULL
            THEN 'a verification said: ' || coalesce((SELECT reason FROM system WHERE system.seq = wrong), 'nothing')
            WHEN last IS NOT NULL
            THEN 'at the end of the day the log had last been found intact ' || ((ends - last_at) / 3600000000)
                 || ' hours before'
            ELSE 'the log had never been verified' END AS observed,
       coalesce(wrong, last) AS system_records
FROM (SELECT name, ends,
             (SELECT seq FROM system
              WHERE type = 'ledger.verified' AND received >= days.begins AND received < days.ends
                AND reason IS NOT 'intact'
                AND (resource IN ('all', '_system', :tenant) OR substr(resource, -8) = '/_system'
                     OR substr(resource, -length(:tenant) - 1) = '/' || :tenant)
              ORDER BY received DESC LIMIT 1) AS wrong,
             (SELECT seq FROM system
              WHERE type = 'ledger.verified' AND received < days.ends AND reason = 'intact'
                AND (resource IN ('all', :tenant) OR substr(resource, -length(:tenant) - 1) = '/' || :tenant)
              ORDER BY received DESC LIMIT 1) AS last,
             (SELECT received FROM system
              WHERE type = 'ledger.verified' AND received < days.ends AND reason = 'intact'
                AND (resource IN ('all', :tenant) OR substr(resource, -length(:tenant) - 1) = '/' || :tenant)
              ORDER BY received DESC LIMIT 1) AS last_at
      FROM days
      WHERE begins >= max(:from, (SELECT min(received) FROM system))
        AND ends <= min(:until, max(:known_until, (SELECT max(received) FROM system))))
WHERE wrong IS NOT NULL OR last IS NULL OR last_at < ends - (:every_days * 86400 + :slack_s) * 1000000
