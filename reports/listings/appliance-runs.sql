-- rows
SELECT month, sum(type = 'ledger.started') AS starts,
       sum(type = 'ledger.verified' AND reason IS 'intact') AS intact,
       sum(type = 'ledger.verified' AND reason IS NOT 'intact') AS wrong,
       sum(type = 'backup.performed') AS backups, sum(type = 'backup.restored') AS restores
FROM system
WHERE in_period AND type IN ('ledger.started', 'ledger.verified', 'backup.performed', 'backup.restored')
GROUP BY month ORDER BY month
