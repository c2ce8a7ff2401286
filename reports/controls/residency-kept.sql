-- The name of a key ends in `/<region>/_system+…`, and the context of a move is `from=<region> to=<region> …`.

-- population
SELECT seq AS item
FROM (SELECT seq, type, received, lead(received) OVER (PARTITION BY type <> 'export.performed' ORDER BY seq) AS next
      FROM system WHERE type IN ('tenant.added', 'tenant.moved', 'export.performed') AND resource = :tenant)
WHERE received < :until AND CASE type WHEN 'export.performed' THEN received ELSE coalesce(next, :until) END >= :from
  AND EXISTS (SELECT 1 FROM system WHERE type = 'key.created' AND instr(resource, '/_system+') > 0)

-- exceptions
WITH
  here AS (
    SELECT substr(path, length(rtrim(path, replace(path, '/', ''))) + 1) AS region
    FROM (SELECT substr(resource, 1, instr(resource, '/_system+') - 1) AS path
          FROM system WHERE type = 'key.created' AND instr(resource, '/_system+') > 0 LIMIT 1)),
  exports AS (
    SELECT seq, (SELECT region FROM here) AS region,
           CASE WHEN instr(context, '; destination=') > 0
                THEN substr(context, instr(context, '; destination=') + 14) END AS destination
    FROM system WHERE type = 'export.performed' AND in_period AND resource = :tenant),
  -- For each record the last move before it, or the first of all where there was none. A move that is recorded soon
  -- after the record counts as made. Where there was no move, `seq` is compared with nothing, and no record is read.
  moves AS (
    SELECT seq, received,
           (SELECT system.seq FROM system WHERE type = 'tenant.moved' AND resource = :tenant
             AND system.received <= evidence.received + :slack_s * 1000000
            ORDER BY system.received DESC LIMIT 1) AS last,
           (SELECT min(system.seq) FROM system WHERE type = 'tenant.moved' AND resource = :tenant) AS first
    FROM evidence
    WHERE seq >= (SELECT 0 FROM system WHERE type = 'tenant.moved' AND resource = :tenant)
      AND received >= :from AND received < :until),
  placed AS (
    SELECT moves.seq, moves.received, moves.last, coalesce(moves.last, moves.first) AS move,
           system.received AS moved,
           instr(system.context, 'from=' || (SELECT region FROM here) || ' ') > 0 AS is_leaving
    FROM moves JOIN system ON system.seq = coalesce(moves.last, moves.first))
SELECT seq AS item, NULL AS records,
       CASE WHEN destination IS NULL THEN 'the export does not say where it went'
            ELSE 'the export went to ' || destination || '; the region is ' || region END AS observed,
       seq AS system_records
FROM exports
WHERE region IS NOT NULL
  AND (destination IS NULL
       OR (substr(destination, 1, instr(destination || ';', ';') - 1) <> region
           AND substr(destination, 1, instr(destination || ';', ';') - 1) NOT IN
               (SELECT value FROM json_each(:allowed))))
UNION ALL
SELECT move, json_array(min(seq), max(seq)),
       printf('%,d', count(*)) || ' records were received here while the tenant was pinned elsewhere', move
FROM placed
WHERE (SELECT region FROM here) IS NOT NULL
  AND CASE WHEN last IS NOT NULL THEN is_leaving AND received > moved + :slack_s * 1000000
           ELSE NOT is_leaving AND NOT EXISTS (SELECT 1 FROM system WHERE type = 'tenant.added') END
GROUP BY move
