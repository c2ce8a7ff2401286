-- An account uses a phone from its first pass with it until, behind its last one, it is deprovisioned or its factor
-- is removed or reset: a number that goes to somebody else later is not shared.

-- population
SELECT min(item) AS item
FROM challenges
WHERE in_period = 1 AND phone IS NOT NULL AND sent + verified > 0
  AND (factor IN ('sms', 'whatsapp', 'voice') OR last_factor IN ('sms', 'whatsapp', 'voice'))
GROUP BY phone

-- exceptions
WITH shared AS (
  SELECT phone
  FROM (SELECT DISTINCT phone, account FROM challenges
        WHERE phone IS NOT NULL AND verified > 0 AND account IS NOT NULL
          AND (factor IN ('sms', 'whatsapp', 'voice') OR last_factor IN ('sms', 'whatsapp', 'voice')))
  GROUP BY phone
  HAVING count(*) > max(1, :accounts_most)),
uses AS (
  SELECT phone, account, min(CASE WHEN in_period AND sent + verified > 0 THEN item END) AS item,
         min(CASE WHEN verified > 0 THEN item END) AS shown, min(verified_at) AS begins, max(verified_at) AS last
  FROM challenges
  WHERE phone IN (SELECT phone FROM shared)
    AND (factor IN ('sms', 'whatsapp', 'voice') OR last_factor IN ('sms', 'whatsapp', 'voice'))
  GROUP BY phone, account),
used AS (
  SELECT phone, min(item) OVER (PARTITION BY phone) AS item, account, shown, begins,
         (SELECT min(evidence.occurred) FROM evidence
          WHERE evidence.person = uses.account
            AND evidence.type IN ('user.deprovisioned', 'factor.removed', 'factor.reset')
            AND evidence.occurred >= uses.last
            AND (evidence.factor IS NULL OR evidence.factor IN ('sms', 'whatsapp', 'voice'))) AS ends
  FROM uses),
steps AS (
  SELECT phone, item, shown, begins AS at, 1 AS change FROM used WHERE account IS NOT NULL AND begins IS NOT NULL
  UNION ALL
  SELECT phone, item, NULL, ends, -1 FROM used WHERE account IS NOT NULL AND begins IS NOT NULL AND ends IS NOT NULL),
levels AS (
  SELECT phone, item, shown, at, sum(change) OVER turn AS accounts, lead(at) OVER turn AS until_at
  FROM steps
  WINDOW turn AS (PARTITION BY phone ORDER BY at, change, shown))
SELECT item, json_group_array(shown) FILTER (WHERE shown IS NOT NULL) AS records,
       max(CASE WHEN at < :until AND coalesce(until_at, :until) > :from THEN accounts END)
       || ' accounts at once pass challenges with this phone; at most ' || :accounts_most || ' may' AS observed
FROM levels
WHERE item IS NOT NULL
GROUP BY phone, item
HAVING max(CASE WHEN at < :until AND coalesce(until_at, :until) > :from THEN accounts END) > :accounts_most
