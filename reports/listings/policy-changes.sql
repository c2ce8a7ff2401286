-- rows
SELECT changes.at, changes.context, coalesce(changes.role, 'the appliance') AS role, changes.action,
       coalesce((SELECT min(reviews.at) FROM system AS reviews
                 WHERE reviews.type = 'policy.reviewed' AND reviews.resource = :tenant
                   AND reviews.received >= changes.received AND reviews.actor IS NOT changes.actor
                   AND reviews.context =
                       CASE WHEN changes.id GLOB 'policy.changed:?*:[0-9]*:[0-9]*'
                            THEN rtrim(rtrim(rtrim(rtrim(substr(changes.id, 16), '0123456789'), ':'), '0123456789'), ':')
                            ELSE changes.id END), 'not by another') AS reviewed,
       changes.seq
FROM system AS changes
WHERE changes.type = 'policy.changed' AND changes.in_period AND changes.resource = :tenant
ORDER BY changes.seq
