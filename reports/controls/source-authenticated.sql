-- population
SELECT seq AS item FROM evidence WHERE in_period

-- exceptions
SELECT seq AS item, seq AS records,
       CASE proof WHEN 'none' THEN source || ' did not prove itself'
                  ELSE source || ' proved itself by ' || proof || ' alone' END AS observed
FROM evidence
WHERE in_period AND proof IN (SELECT value FROM json_each(:weak_proofs))
