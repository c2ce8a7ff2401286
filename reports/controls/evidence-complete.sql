-- What one record of a challenge lacks another record of it may tell; `challenges` holds what any of them tells. A login
-- is what it was for.
-- Most records are of a kind that counts, so they are read in order: NOT INDEXED.

-- population
SELECT seq AS item FROM evidence
WHERE in_period = 1
  AND type IN ('challenge.sent', 'challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled',
               'login.succeeded', 'login.failed', 'action.performed', 'action.blocked')

-- exceptions
SELECT seq AS item, seq AS records,
       type || ' from ' || source || ' lacks '
       || substr(CASE WHEN person IS NULL THEN ', the person' ELSE '' END
                 || CASE WHEN aim IS NULL THEN ', what it was for' ELSE '' END
                 || CASE WHEN device IS NULL THEN ', the fingerprint of the device' ELSE '' END, 3) AS observed
FROM (SELECT e.seq, e.type, e.source, coalesce(e.person, challenges.person) AS person,
             coalesce(e.action, e.context, e.purpose, challenges.action, challenges.purpose,
                      CASE WHEN e.type IN ('login.succeeded', 'login.failed') THEN 'login' END) AS aim,
             coalesce(e.device, challenges.device) AS device
      FROM evidence e NOT INDEXED LEFT JOIN challenges ON challenges.life = e.life
      WHERE e.in_period = 1
        AND (e.person IS NULL OR e.device IS NULL
             OR coalesce(e.action, e.context, e.purpose) IS NULL AND e.type NOT IN ('login.succeeded', 'login.failed'))
        AND e.type IN ('challenge.sent', 'challenge.verified', 'challenge.failed', 'challenge.expired',
                       'challenge.cancelled', 'login.succeeded', 'login.failed', 'action.performed',
                       'action.blocked'))
WHERE person IS NULL OR aim IS NULL OR device IS NULL
