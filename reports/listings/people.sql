-- rows
WITH
  passed AS (
    SELECT person, max(factor = 'passkey') AS resistant, max(factor NOT IN ('sms', 'voice')) AS unrestricted
    FROM evidence WHERE type = 'challenge.verified' AND in_period = 1 AND person IS NOT NULL GROUP BY person),
  privileged AS (
    SELECT DISTINCT person FROM evidence
    WHERE in_period = 1 AND type IN ('action.performed', 'action.blocked', 'login.succeeded') AND person IS NOT NULL
      AND lower(role) IN (SELECT value FROM json_each(:privileged_roles)))
SELECT what, number
FROM (SELECT 1 AS place, 'seen' AS what,
             (SELECT count(*) FROM (SELECT DISTINCT person FROM evidence
                                    WHERE person IS NOT NULL AND occurred >= :from AND occurred < :until)) AS number
      UNION ALL SELECT 2, 'who passed a challenge', (SELECT count(*) FROM passed)
      UNION ALL SELECT 3, 'of these with a phishing-resistant factor (passkey)',
                       (SELECT count(*) FROM passed WHERE resistant = 1)
      UNION ALL SELECT 4, 'of these with restricted factors only (sms, voice)',
                       (SELECT count(*) FROM passed WHERE unrestricted = 0)
      UNION ALL SELECT 5, 'who acted in a privileged role', (SELECT count(*) FROM privileged)
      UNION ALL SELECT 6, 'of these with a phishing-resistant factor (passkey)',
                       (SELECT count(*) FROM privileged
                        WHERE person IN (SELECT person FROM passed WHERE resistant = 1)))
ORDER BY place
