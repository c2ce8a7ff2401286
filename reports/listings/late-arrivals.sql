-- rows
SELECT source, count(*) AS events, sum(proof = 'backfill') AS imported, min(month) AS oldest, max(month) AS newest
FROM evidence WHERE occurred < :from AND received >= :from AND received < :until
GROUP BY source ORDER BY source
