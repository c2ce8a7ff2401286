-- Where there are as many records as numbers from the first to the last, none is missing, and no record is looked at.

-- population
SELECT seq AS item FROM evidence

-- exceptions
SELECT seq AS item, json_array(before_seq, seq) AS records,
       printf('%,d', missing) || ' records before this one are missing; '
       || CASE WHEN retired < missing THEN 'the system log tells of no retirement of all of them'
               ELSE 'they were received within ' || :at_hand_days || ' days before the end' END AS observed
FROM (SELECT seq, before_seq, before_received, seq - before_seq - 1 AS missing,
             coalesce((SELECT sum(CAST(substr(context, instr(context, ': ') + 2) AS INTEGER)) FROM system
                       WHERE type = 'records.retired' AND resource = :tenant
                         AND CAST(substr(context, 9) AS INTEGER) < gaps.seq
                         AND CAST(substr(context, instr(context, ' to ') + 4) AS INTEGER) > gaps.before_seq),
                      0) AS retired
      FROM (SELECT e.seq, prior.seq AS before_seq, prior.received AS before_received
            FROM evidence e JOIN evidence prior
                 ON prior.seq = (SELECT max(p.seq) FROM evidence p WHERE p.seq < e.seq)
            WHERE e.seq >= CASE WHEN (SELECT count(*) FROM evidence)
                                     <= (SELECT max(seq) FROM evidence) - (SELECT min(seq) FROM evidence) THEN 0 END
              AND NOT EXISTS (SELECT 1 FROM evidence p WHERE p.seq = e.seq - 1)) AS gaps)
WHERE retired < missing
   OR before_received >= min(:until, :known_until) - :at_hand_days * 86400000000
