-- rows
SELECT at, type, resource, coalesce(context, '') AS context,
       CASE WHEN role IS NOT NULL THEN role WHEN actor IS NOT NULL THEN 'not told'
            WHEN type = 'erasure.requested' THEN 'operator' ELSE 'a command on the machine' END AS role,
       coalesce(factor, 'none') AS factor, seq
FROM system
WHERE in_period
  AND type IN ('personal.viewed', 'record.viewed', 'records.searched', 'bundle.downloaded', 'bundle.approved',
               'export.performed', 'report.performed', 'erasure.requested', 'log.read')
ORDER BY seq
