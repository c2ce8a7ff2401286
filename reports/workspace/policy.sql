-- What the policies say, in columns.

CREATE TEMP TABLE policy AS
SELECT valid_from, valid_until, json_extract(document, '$.access.step_up.window_s') * 1000000 AS step_up_window,
       json_extract(document, '$.access.audit_access.window_s') * 1000000 AS audit_access_window,
       json_extract(document, '$.access.audit_access.four_eyes') AS four_eyes,
       json_extract(document, '$.access.lockout.attempts') AS lockout_attempts,
       json_extract(document, '$.access.audit_access.single_records') AS audit_single_records
FROM policies ORDER BY valid_from;

CREATE TEMP TABLE policy_factors AS
SELECT valid_from, valid_until, value AS factor FROM policies, json_each(document, '$.access.factors');

-- `billing.*` has the prefix `billing.`, and covers every action that begins so; a name without a star covers itself.
CREATE TEMP TABLE policy_actions AS
SELECT valid_from, valid_until, value AS pattern,
       CASE WHEN substr(value, -1) = '*' THEN substr(value, 1, length(value) - 1) END AS prefix
FROM policies, json_each(document, '$.access.step_up.actions');
