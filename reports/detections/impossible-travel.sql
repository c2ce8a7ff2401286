-- population
SELECT a.seq AS item FROM evidence a
WHERE a.type IN ('login.succeeded', 'challenge.verified') AND a.in_period = 1
  AND a.person IS NOT NULL AND a.country IS NOT NULL
  AND coalesce(a.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))

-- exceptions
WITH
  span AS (
    SELECT min(occurred) AS first, max(occurred) AS last FROM evidence
    WHERE type IN ('login.succeeded', 'challenge.verified') AND in_period = 1),
  accounts AS (
    SELECT DISTINCT person, country, first, last FROM span CROSS JOIN evidence
    WHERE type IN ('login.succeeded', 'challenge.verified') AND in_period = 1
      AND person IS NOT NULL AND country IS NOT NULL),
  -- Whose successes are of one country is looked at no closer, unless others come just before or between them.
  suspects AS (
    SELECT person, first FROM accounts GROUP BY person
    HAVING count(*) > 1
      OR EXISTS (SELECT 1 FROM evidence p
                 WHERE p.person = accounts.person AND p.type IN ('login.succeeded', 'challenge.verified')
                   AND p.occurred >= accounts.first - :window_s * 1000000 AND p.occurred < accounts.first)
      OR EXISTS (SELECT 1 FROM evidence p
                 WHERE p.type IN ('login.succeeded', 'challenge.verified') AND p.in_period = 0
                   AND p.occurred >= accounts.first AND p.occurred <= accounts.last)),
  -- The first success from a country in the window, with the last one of the account from another country.
  arrivals AS (
    SELECT a.seq, a.country,
           (SELECT p.seq FROM evidence p
            WHERE p.person = a.person AND p.type IN ('login.succeeded', 'challenge.verified')
              AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) < (a.occurred, a.seq)
              AND coalesce(p.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))
              AND lower(p.country) <> lower(a.country) AND (length(p.country) = 2) = (length(a.country) = 2)
            ORDER BY p.occurred DESC, p.seq DESC LIMIT 1) AS other
    FROM suspects CROSS JOIN evidence a
    WHERE a.person = suspects.person AND a.type IN ('login.succeeded', 'challenge.verified')
      AND a.occurred >= suspects.first AND a.in_period = 1 AND a.country IS NOT NULL
      AND coalesce(a.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))
      AND NOT EXISTS (
        SELECT 1 FROM evidence p
        WHERE p.person = a.person AND p.type IN ('login.succeeded', 'challenge.verified')
          AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) < (a.occurred, a.seq)
          AND coalesce(p.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))
          AND lower(p.country) = lower(a.country)))
SELECT seq AS item, json_array(other, seq) AS records,
       'one account succeeded from two countries within ' || :window_s || ' s, the second one being ' || country
         AS observed
FROM arrivals WHERE other IS NOT NULL
