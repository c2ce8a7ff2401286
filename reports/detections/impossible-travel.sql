-- population
SELECT a.seq AS item FROM evidence a
WHERE a.type IN ('login.succeeded', 'challenge.verified') AND a.in_period = 1
  AND a.person IS NOT NULL AND a.country IS NOT NULL
  AND coalesce(a.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))

-- exceptions
WITH
  -- The first success from a country in the window, with the last one of the account from another country.
  arrivals AS (
    SELECT a.seq, a.country,
           (SELECT p.seq FROM evidence p
            WHERE p.person = a.person AND p.type IN ('login.succeeded', 'challenge.verified')
              AND p.occurred >= a.occurred - :window_s * 1000000 AND (p.occurred, p.seq) < (a.occurred, a.seq)
              AND coalesce(p.asn, -1) NOT IN (SELECT value FROM json_each(:vpn_asns))
              AND lower(p.country) <> lower(a.country) AND (length(p.country) = 2) = (length(a.country) = 2)
            ORDER BY p.occurred DESC, p.seq DESC LIMIT 1) AS other
    FROM evidence a
    WHERE a.type IN ('login.succeeded', 'challenge.verified') AND a.in_period = 1
      AND a.person IS NOT NULL AND a.country IS NOT NULL
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
