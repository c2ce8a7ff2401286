-- rows
WITH lives AS (
  SELECT resource, max(CASE WHEN type = 'finding.opened' THEN substr(context, 1, instr(context || ' ', ' ') - 1) END) AS control,
         min(CASE WHEN type = 'finding.opened' THEN received END) AS opened,
         min(CASE WHEN type = 'finding.acknowledged' THEN received END) AS acknowledged,
         min(CASE WHEN type = 'finding.resolved' THEN received END) AS resolved
  FROM system WHERE type IN ('finding.opened', 'finding.acknowledged', 'finding.resolved') GROUP BY resource),
waits AS (
  SELECT *, (acknowledged - opened) / 60000000 AS wait, (resolved - opened) / 60000000 AS until_resolved,
         row_number() OVER (PARTITION BY control ORDER BY acknowledged IS NULL, acknowledged - opened) AS place,
         count(acknowledged) OVER (PARTITION BY control) AS looked
  FROM lives WHERE opened >= :from AND opened < :until)
SELECT control, count(*), count(acknowledged), count(resolved), count(*) - count(acknowledged),
       max(CASE WHEN place = (looked + 1) / 2 AND acknowledged IS NOT NULL THEN wait END), max(wait), max(until_resolved)
FROM waits GROUP BY control ORDER BY control
