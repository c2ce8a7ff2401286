-- An account counts on a device from a success for as many days as the window has, and again from the next.
-- Most records count, so they are read in order: NOT INDEXED. Who is named by actor.id is the person of the record, so
-- the successes of the accounts that share a device are found by person.

-- population
SELECT min(seq) AS item
FROM evidence NOT INDEXED
WHERE type IN ('challenge.verified', 'login.succeeded') AND in_period = 1
  AND device IS NOT NULL AND actor_id IS NOT NULL
GROUP BY device

-- exceptions
WITH pairs AS MATERIALIZED (
  SELECT DISTINCT device, actor_id FROM evidence NOT INDEXED
  WHERE type IN ('challenge.verified', 'login.succeeded') AND device IS NOT NULL AND actor_id IS NOT NULL),
shared AS MATERIALIZED (
  SELECT device FROM pairs GROUP BY device HAVING count(*) > max(1, :accounts_most)),
accounts AS MATERIALIZED (
  SELECT DISTINCT actor_id AS account FROM pairs WHERE device IN (SELECT device FROM shared)),
uses AS (
  SELECT device, occurred, seq,
         min(CASE WHEN in_period THEN seq END) OVER (PARTITION BY device) AS item,
         occurred - lag(occurred) OVER turn AS since, lead(occurred) OVER turn - occurred AS until_next
  FROM accounts CROSS JOIN evidence
  WHERE person = account AND actor_id IS NOT NULL AND type IN ('challenge.verified', 'login.succeeded')
    AND device IN (SELECT device FROM shared)
  WINDOW turn AS (PARTITION BY device, actor_id ORDER BY occurred, seq)),
steps AS (
  SELECT device, item, seq, occurred AS at, 1 AS change FROM uses
  WHERE since IS NULL OR since >= :window_days * 86400000000
  UNION ALL
  SELECT device, item, NULL, occurred + :window_days * 86400000000, -1 FROM uses
  WHERE until_next IS NULL OR until_next >= :window_days * 86400000000),
levels AS (
  SELECT device, item, seq, at, sum(change) OVER turn AS accounts, lead(at) OVER turn AS until_at
  FROM steps
  WINDOW turn AS (PARTITION BY device ORDER BY at, change, seq))
SELECT item, json_group_array(seq) FILTER (WHERE seq IS NOT NULL) AS records,
       max(CASE WHEN at < :until AND coalesce(until_at, :until) > :from THEN accounts END)
       || ' accounts within ' || :window_days || ' days have successes on this device; at most ' || :accounts_most
       || ' may' AS observed
FROM levels
WHERE item IS NOT NULL
GROUP BY device, item
HAVING max(CASE WHEN at < :until AND coalesce(until_at, :until) > :from THEN accounts END) > :accounts_most
