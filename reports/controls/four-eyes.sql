-- population
SELECT seq AS item
FROM system JOIN policy ON occurred >= valid_from AND occurred < valid_until
WHERE type = 'export.performed' AND in_period AND four_eyes = 1 AND instr(context, ', profile full,') > 0
  AND instr(context, ', personal values of one person disclosed') = 0

-- exceptions
SELECT seq AS item, NULL AS records,
       CASE WHEN approval IS NULL THEN 'the export has no approval'
            ELSE 'who asked for the export approved it' END AS observed,
       CASE WHEN approval IS NULL THEN seq ELSE json_array(approval, seq) END AS system_records
FROM (SELECT seq, actor,
             (SELECT max(approved.seq) FROM system AS approved
              WHERE approved.type = 'bundle.approved' AND approved.received <= exports.received
                AND approved.challenge_id = exports.challenge_id) AS approval
      FROM system AS exports JOIN policy ON occurred >= valid_from AND occurred < valid_until
      WHERE type = 'export.performed' AND in_period AND four_eyes = 1 AND instr(context, ', profile full,') > 0
        AND instr(context, ', personal values of one person disclosed') = 0)
WHERE approval IS NULL OR actor IS NULL
   OR actor = (SELECT system.actor FROM system WHERE system.seq = approval)
