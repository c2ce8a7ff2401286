-- The records of one change have ids in common up to the last two numbers: policy.changed:<change>:<number>:<of>.
-- A change of which not all records are there was not made, or not yet.

-- population
SELECT change AS item
FROM (SELECT CASE WHEN id GLOB 'policy.changed:?*:[0-9]*:[0-9]*'
                  THEN rtrim(rtrim(rtrim(rtrim(substr(id, 16), '0123456789'), ':'), '0123456789'), ':')
                  ELSE id END AS change, min(received) AS changed, max(actor) AS author
      FROM system WHERE type = 'policy.changed' AND in_period AND resource = :tenant
      GROUP BY change
      HAVING id NOT GLOB 'policy.changed:?*:[0-9]*:[0-9]*'
          OR count(*) = CAST(substr(id, length(rtrim(id, '0123456789')) + 1) AS INTEGER)) AS changes
WHERE changed + :review_days * 86400000000 <= max(:known_until, (SELECT max(received) FROM system))
   OR EXISTS (SELECT 1 FROM system
              WHERE type = 'policy.reviewed' AND context = changes.change AND actor IS NOT changes.author
                AND resource = :tenant AND received BETWEEN changed AND changed + :review_days * 86400000000)

-- exceptions
SELECT change AS item, NULL AS records,
       CASE WHEN NOT EXISTS (SELECT 1 FROM system WHERE type = 'policy.reviewed' AND context = changes.change
                                                    AND resource = :tenant AND received >= changed)
            THEN 'the change was not reviewed'
            WHEN NOT EXISTS (SELECT 1 FROM system WHERE type = 'policy.reviewed' AND context = changes.change
                                                    AND resource = :tenant AND received >= changed
                                                    AND actor IS NOT changes.author)
            THEN 'only its author reviewed the change'
            ELSE 'the change was reviewed after '
                 || (((SELECT min(received) FROM system
                       WHERE type = 'policy.reviewed' AND context = changes.change AND resource = :tenant
                         AND received >= changed AND actor IS NOT changes.author) - changed) / 86400000000)
                 || ' days' END AS observed,
       numbers AS system_records
FROM (SELECT CASE WHEN id GLOB 'policy.changed:?*:[0-9]*:[0-9]*'
                  THEN rtrim(rtrim(rtrim(rtrim(substr(id, 16), '0123456789'), ':'), '0123456789'), ':')
                  ELSE id END AS change, min(received) AS changed, max(actor) AS author,
             json_group_array(seq) AS numbers
      FROM system WHERE type = 'policy.changed' AND in_period AND resource = :tenant
      GROUP BY change
      HAVING id NOT GLOB 'policy.changed:?*:[0-9]*:[0-9]*'
          OR count(*) = CAST(substr(id, length(rtrim(id, '0123456789')) + 1) AS INTEGER)) AS changes
WHERE changed + :review_days * 86400000000 <= max(:known_until, (SELECT max(received) FROM system))
  AND NOT EXISTS (SELECT 1 FROM system
                  WHERE type = 'policy.reviewed' AND context = changes.change AND actor IS NOT changes.author
                    AND resource = :tenant AND received BETWEEN changed AND changed + :review_days * 86400000000)
