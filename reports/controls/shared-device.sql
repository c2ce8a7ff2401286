-- An account counts on a device from a success for as many days as the window has, and again from the next.

-- population
SELECT min(seq) AS item
FROM evidence
WHERE type IN ('challenge.verified', 'login.succeeded') AND in_period = 1
  AND device IS NOT NULL AND actor_id IS NOT NULL
GROUP BY device

-- exceptions
WITH shared AS (
  SELECT device FROM evidence
  WHERE type IN ('challenge.verified', 'login.succeeded') AND device IS NOT NULL AND actor_id IS NOT NULL
  GROUP BY device
  HAVING min(actor_id) <> max(actor_id)),
uses AS (
  SELECT device, occurred, seq,
         min(CASE WHEN in_period THEN seq END) OVER (PARTITION BY device) AS item,
         occurred - lag(occurred) OVER turn AS since, lead(occurred) OVER turn - occurred AS until_next
  FROM evidence
  WHERE type IN ('challenge.verified', 'login.succeeded') AND actor_id IS NOT NULL
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
