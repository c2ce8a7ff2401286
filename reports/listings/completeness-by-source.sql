-- rows
SELECT source, count(*) AS events, 0 AS without_time,
       sum(actor_id IS NULL AND email IS NULL AND phone IS NULL) AS without_person,
       sum(aim IS NULL) AS without_aim, sum(device IS NULL) AS without_device,
       sum(coalesce(actor_id, email, phone) IS NOT NULL AND aim IS NOT NULL AND device IS NOT NULL) AS complete,
       sum(coalesce(actor_id, email, phone) IS NOT NULL AND aim IS NOT NULL AND device IS NOT NULL) * 1000 / count(*) AS share
FROM (SELECT *, coalesce(action, context, purpose, CASE WHEN type IN ('login.succeeded', 'login.failed') THEN 'login' END) AS aim
      FROM evidence NOT INDEXED)
WHERE in_period = 1
  AND type IN ('challenge.sent', 'challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'login.failed', 'action.performed', 'action.blocked')
GROUP BY source ORDER BY source
