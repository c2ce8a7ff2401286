-- population
SELECT seq AS item FROM system
WHERE in_period
  AND (type IN ('bundle.downloaded', 'bundle.approved')
       OR (type = 'personal.viewed' AND action IS NOT 'show')
       OR (type = 'records.searched'
           AND EXISTS (SELECT 1 FROM json_each('["actor_id","actor_email","actor_phone","actor_name",
                                                 "device_fingerprint","device_ip","device_user_agent","session_id"]')
                       WHERE instr(context, value) > 0))
       OR (type = 'record.viewed'
           AND NOT EXISTS (SELECT 1 FROM policy
                           WHERE valid_from <= occurred AND valid_until > occurred - :slack_s * 1000000
                             AND audit_single_records IS NOT 1)))

-- exceptions
SELECT seq AS item, NULL AS records,
       CASE WHEN challenge_id IS NULL THEN action || ' of ' || resource || ' names no second factor'
            WHEN shown IS NULL THEN action || ' of ' || resource
                                    || ' names a second factor of which there is no record in the day before'
            ELSE action || ' of ' || resource || ' came ' || printf('%,d', (occurred - shown) / 1000000)
                 || ' s after the second factor; the policy of that time allows ' || (allowed / 1000000) || ' s'
       END AS observed,
       seq AS system_records
FROM (SELECT seq, type, occurred, action, resource, context, challenge_id,
             (SELECT max(shown.occurred) FROM system AS shown
              WHERE shown.type IN ('challenge.verified', 'factor.enrolled')
                AND shown.received BETWEEN looks.received - 86400000000 AND looks.received + :slack_s * 1000000
                AND shown.occurred <= looks.occurred + :slack_s * 1000000
                AND CASE looks.challenge_id
                    WHEN 'enrolment' THEN shown.type = 'factor.enrolled' AND shown.session = looks.session
                    ELSE shown.type = 'challenge.verified' AND shown.challenge_id = looks.challenge_id END) AS shown,
             (SELECT max(CASE audit_access_window WHEN 0 THEN 300000000 ELSE audit_access_window END) FROM policy
              WHERE valid_from <= looks.occurred
                AND valid_until > looks.occurred - :slack_s * 1000000) AS allowed
      FROM system AS looks
      WHERE in_period
        AND (type IN ('bundle.downloaded', 'bundle.approved')
             OR (type = 'personal.viewed' AND action IS NOT 'show')
             OR (type = 'records.searched'
                 AND EXISTS (SELECT 1 FROM json_each('["actor_id","actor_email","actor_phone","actor_name",
                                                       "device_fingerprint","device_ip","device_user_agent",
                                                       "session_id"]')
                             WHERE instr(context, value) > 0))
             OR (type = 'record.viewed'
                 AND NOT EXISTS (SELECT 1 FROM policy
                                 WHERE valid_from <= occurred AND valid_until > occurred - :slack_s * 1000000
                                   AND audit_single_records IS NOT 1))))
WHERE challenge_id IS NULL OR shown IS NULL OR occurred - shown > allowed + :slack_s * 1000000
