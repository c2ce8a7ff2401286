-- Outside working hours is what lies further from the hour at which work begins than the length of a working day. And
-- 1 January 1970 was a Thursday: of the days since then, and four, those that leave 0 or 6 of 7 are Sundays and
-- Saturdays.

-- population
SELECT a.seq AS item FROM evidence a
WHERE a.type = 'action.performed' AND a.in_period = 1
  AND lower(a.role) IN (SELECT value FROM json_each(:privileged_roles))

-- exceptions
WITH
  outside AS (
    SELECT a.seq, a.occurred, a.person, a.action, a.occurred + :utc_offset_minutes * 60000000 AS wall FROM evidence a
    WHERE a.type = 'action.performed' AND a.in_period = 1
      AND lower(a.role) IN (SELECT value FROM json_each(:privileged_roles))
      AND ((:end_hour - :begin_hour) % 24 <> 0
           AND (a.occurred + :utc_offset_minutes * 60000000 - :begin_hour * 3600000000) % 86400000000
               >= (:end_hour - :begin_hour + 24) % 24 * 3600000000
           OR :weekend = 1 AND ((a.occurred + :utc_offset_minutes * 60000000) / 86400000000 + 4) % 7 IN (0, 6)))
SELECT a.seq AS item, a.seq AS records,
       coalesce(a.action, 'an action') || printf(' at %02d:%02d', a.wall / 3600000000 % 24, a.wall / 60000000 % 60)
         || CASE (a.wall / 86400000000 + 4) % 7 WHEN 0 THEN ' on a Sunday' WHEN 6 THEN ' on a Saturday' ELSE '' END
         || ', by a clock that is ' || :utc_offset_minutes || ' min ahead of UTC' AS observed
FROM outside a
-- None of the account's last 200 actions before it, within the stated time, was outside working hours.
WHERE NOT EXISTS (
  SELECT 1 FROM evidence e
  WHERE e.person = a.person AND e.type = 'action.performed'
    AND e.occurred >= max(a.occurred - :episode_s * 1000000,
          coalesce((SELECT w.occurred FROM evidence w
                    WHERE w.person = a.person AND w.type = 'action.performed' AND w.occurred <= a.occurred
                    ORDER BY w.occurred DESC LIMIT 1 OFFSET 200), 0))
    AND (e.occurred, e.seq) < (a.occurred, a.seq)
    AND lower(e.role) IN (SELECT value FROM json_each(:privileged_roles))
    AND ((:end_hour - :begin_hour) % 24 <> 0
         AND (e.occurred + :utc_offset_minutes * 60000000 - :begin_hour * 3600000000) % 86400000000
             >= (:end_hour - :begin_hour + 24) % 24 * 3600000000
         OR :weekend = 1 AND ((e.occurred + :utc_offset_minutes * 60000000) / 86400000000 + 4) % 7 IN (0, 6)))
