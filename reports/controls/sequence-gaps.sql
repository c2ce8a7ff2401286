-- population
SELECT DISTINCT source AS item FROM evidence
WHERE sequence IS NOT NULL AND proof <> 'backfill' AND received >= :from AND received < :until

-- exceptions
SELECT source AS item, json_array(seq, next_seq) AS records,
       CASE WHEN sum(next - sequence - 1) = 1 THEN 'the number ' || (min(sequence) + 1) || ' is missing'
            ELSE printf('%,d', sum(next - sequence - 1)) || ' numbers are missing'
                 || CASE WHEN count(*) > 1 THEN ' in ' || printf('%,d', count(*)) || ' gaps, first ' ELSE ', ' END
                 || (min(sequence) + 1)
                 || CASE WHEN next - sequence > 2 THEN ' to ' || (next - 1) ELSE '' END END AS observed
FROM (SELECT source, seq, received, sequence, lead(sequence) OVER own AS next, lead(seq) OVER own AS next_seq,
             lead(received) OVER own AS next_received
      FROM evidence WHERE sequence IS NOT NULL AND proof <> 'backfill'
      WINDOW own AS (PARTITION BY source ORDER BY sequence))
WHERE next > sequence + 1 AND next_received >= :from AND next_received < :until
  AND received >= :known_from + :settle_s * 1000000 AND next_received <= :known_until - :settle_s * 1000000
GROUP BY source
