-- A request has the id `request-<id>`, the erasure `erasure/<id>`.

-- population
SELECT done.seq AS item
FROM system AS done
WHERE done.type = 'erasure.performed' AND done.in_period
  AND EXISTS (SELECT 1 FROM system WHERE type = 'erasure.requested' AND id = 'request-' || substr(done.id, 9))

-- exceptions
SELECT seq AS item, NULL AS records,
       'the erasure was carried out ' || ((received - asked) / 86400000000) || ' days after the request' AS observed,
       json_array(request, seq) AS system_records
FROM (SELECT done.seq, done.received,
             (SELECT min(occurred) FROM system
              WHERE type = 'erasure.requested' AND id = 'request-' || substr(done.id, 9)) AS asked,
             (SELECT min(seq) FROM system
              WHERE type = 'erasure.requested' AND id = 'request-' || substr(done.id, 9)) AS request
      FROM system AS done
      WHERE done.type = 'erasure.performed' AND done.in_period)
WHERE received - asked > :days_most * 86400000000
