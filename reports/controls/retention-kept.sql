-- The context of a retirement: `records 0 to 99, part 1: 100 records, root …, rule pci_dss keeps 12 months`.

-- population
SELECT seq AS item FROM system WHERE type = 'records.retired' AND in_period AND resource = :tenant

-- exceptions
SELECT seq AS item, NULL AS records,
       substr(context, 1, instr(context, ',') - 1) || ' went after they had been kept for ' || kept
       || '; the least is ' || :retain_months_least || ' months' AS observed,
       seq AS system_records
FROM (SELECT seq, context, substr(context, instr(context, ' keeps ') + 7) AS kept
      FROM system WHERE type = 'records.retired' AND in_period AND resource = :tenant)
WHERE CASE WHEN kept GLOB '[0-9]* year*' THEN CAST(kept AS INTEGER) * 365
           WHEN kept GLOB '[0-9]* month*' THEN CAST(kept AS INTEGER) * 365 / 12
           WHEN kept GLOB '[0-9]* day*' THEN CAST(kept AS INTEGER)
           WHEN kept GLOB '[0-9]* second*' THEN CAST(kept AS INTEGER) / 86400
           ELSE 0 END < :retain_months_least * 365 / 12
