-- What is summed up of the records, what the system log says of the tenant, and its policies. Parameters as in
-- evidence.sql; nothing here reads the tables that it makes, so both can be made at the same time.

-- One row for each challenge. Two sources that tell of the same send are no two sends, so of each count the largest
-- that one source has is taken. `item` is the number of the first record of it. `account` and `other_account` differ
-- where its records name two by actor.id.
CREATE TEMP TABLE counts(
  life INTEGER PRIMARY KEY, sources INTEGER, sent INTEGER, delivered INTEGER, undelivered INTEGER, failed INTEGER,
  verified INTEGER, expired INTEGER, cancelled INTEGER);
INSERT INTO counts
SELECT life, count(*), max(sent), max(delivered), max(undelivered), max(failed), max(verified), max(expired),
       max(cancelled)
FROM (SELECT life, source, sum(type = 'challenge.sent') AS sent, sum(type = 'challenge.delivered') AS delivered,
             sum(type = 'challenge.undelivered') AS undelivered, sum(type = 'challenge.failed') AS failed,
             sum(type = 'challenge.verified') AS verified, sum(type = 'challenge.expired') AS expired,
             sum(type = 'challenge.cancelled') AS cancelled
      FROM events
      WHERE life >= :log << 40 AND life < (:log + 1) << 40 AND place >= (:log << 40) + :first_seq
        AND place < (:log << 40) + :end_seq
      GROUP BY life, source)
GROUP BY life;
CREATE TEMP TABLE challenges(
  life INTEGER PRIMARY KEY, item INTEGER, begun INTEGER, ended INTEGER, person TEXT, phone TEXT, purpose TEXT,
  factor TEXT, last_factor TEXT, provider TEXT, fallback_from TEXT, expires INTEGER, first_sent INTEGER,
  last_sent INTEGER, verified_at INTEGER, sources INTEGER, sent INTEGER, delivered INTEGER, undelivered INTEGER,
  failed INTEGER, verified INTEGER, expired INTEGER, cancelled INTEGER, attempt INTEGER, month TEXT,
  in_period INTEGER, device TEXT, action TEXT, account TEXT, other_account TEXT);
INSERT INTO challenges
SELECT life, item, begun, ended, person, phone, purpose, factor, last_factor, provider, fallback_from, expires,
       first_sent, last_sent, verified_at, sources, sent, delivered, undelivered, failed, verified, expired,
       cancelled, attempt, strftime('%Y-%m', begun / 1000000, 'unixepoch') AS month,
       begun >= :from AND begun < :until AS in_period, device, action, account, other_account
FROM (SELECT life, min(seq) AS item, min(occurred) AS begun, max(occurred) AS ended,
             coalesce(max(actor_id), max(coalesce(actor_email, actor_phone))) AS person,
             max(actor_phone) AS phone, max(challenge_purpose) AS purpose, min(challenge_factor) AS factor,
             max(challenge_factor) AS last_factor, max(challenge_provider) AS provider,
             max(challenge_fallback_from) AS fallback_from,
             max(unixepoch(challenge_expires_at)) * 1000000 AS expires,
             min(CASE WHEN type = 'challenge.sent' THEN occurred END) AS first_sent,
             max(CASE WHEN type = 'challenge.sent' THEN occurred END) AS last_sent,
             min(CASE WHEN type = 'challenge.verified' THEN occurred END) AS verified_at,
             max(challenge_attempt) AS attempt, max(device_fingerprint) AS device,
             max(coalesce(action_name, action_context)) AS action,
             min(actor_id) AS account, max(actor_id) AS other_account
      FROM events
      WHERE life >= :log << 40 AND life < (:log + 1) << 40 AND place >= (:log << 40) + :first_seq
        AND place < (:log << 40) + :end_seq
      GROUP BY life)
     CROSS JOIN counts USING (life);
DROP TABLE counts;
CREATE INDEX temp.challenges_by_person ON challenges(person, begun);

-- What came of each source in each minute; what was imported, and what the appliance itself made, such as a test of a
-- source, apart.
CREATE TEMP TABLE minutes AS
SELECT source, minute, unheard, count(*) AS events, sum(occurred >= :from AND occurred < :until) AS in_period,
       min(received) AS first_received, max(received) AS last_received, min(skew) AS skew_min_ms,
       max(skew) AS skew_max_ms, min(seq) AS first_seq, max(seq) AS last_seq, min(proof) AS proof,
       min(CASE WHEN type = 'source.heartbeat' THEN received END) AS heartbeat
FROM (SELECT source, received / 60000000 AS minute, proof = 'backfill' OR source = 'countersign' AS unheard,
             (received - occurred) / 1000 AS skew, seq, received, occurred, proof, type
      FROM events WHERE place >= (:log << 40) + :first_seq AND place < (:log << 40) + :end_seq)
GROUP BY minute, source, unheard;

-- One row for each minute in which a source was heard. History that was imported was not heard.
CREATE TEMP TABLE heard AS
SELECT source, minute, events, skew_min_ms, skew_max_ms, first_seq, last_seq
FROM minutes WHERE NOT unheard ORDER BY source, minute;
CREATE INDEX temp.heard_by_source ON heard(source, minute);

-- The records of the system log that concern the tenant: those that name it, those of sources that its log has
-- records of, and those of the whole appliance; and the second factors that were shown by whoever looked at the
-- tenant's evidence. Of each, `actor` is a token. That a report was made is no part of what it reports, so that two on
-- the same records say the same.
CREATE TEMP TABLE system AS
SELECT seq, occurred, received, type, action_name AS action, action_resource AS resource, action_context AS context,
       outcome_reason AS reason, actor_id AS actor, actor_role AS role, challenge_factor AS factor,
       challenge_purpose AS purpose, session_id AS session, id,
       received >= :from AND received < :until AS in_period, challenge_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', occurred / 1000000, 'unixepoch') AS at,
       strftime('%Y-%m', received / 1000000, 'unixepoch') AS month
FROM events
WHERE log = :system_log AND seq < :system_size AND type <> 'report.performed'
  AND (type IN ('ledger.started', 'ledger.verified', 'key.created', 'key.rotated', 'backup.performed', 'backup.restored')
       OR action_resource = :tenant OR substr(action_resource, 1, length(:tenant) + 1) = :tenant || '/'
       OR (type IN ('source.added', 'source.revoked', 'source.silent', 'source.heard')
           AND action_resource IN (SELECT DISTINCT source FROM minutes))
       OR (type IN ('challenge.verified', 'factor.enrolled')
           AND session_id IN (SELECT session_id FROM events
                              WHERE log = :system_log AND seq < :system_size AND session_id IS NOT NULL
                                AND (action_resource = :tenant
                                     OR substr(action_resource, 1, length(:tenant) + 1) = :tenant || '/'))))
ORDER BY seq;
CREATE INDEX temp.system_by_type ON system(type, received);

-- One row for each source of the log.
CREATE TEMP TABLE sources AS
SELECT source, min(first_received) AS first_received, max(last_received) AS last_received, sum(events) AS events,
       sum(in_period) AS events_in_period, min(proof) AS proof,
       (SELECT min(s.occurred) FROM temp.system s WHERE s.type = 'source.added' AND s.resource = m.source) AS added,
       (SELECT max(s.occurred) FROM temp.system s WHERE s.type = 'source.revoked' AND s.resource = m.source) AS revoked,
       min(CASE WHEN NOT unheard THEN heartbeat END) AS first_heartbeat
FROM minutes m GROUP BY source;

-- One row for each day of the period, as far as there are records of that time: `day` counts since 1970.
CREATE TEMP TABLE days AS
WITH RECURSIVE
  told(least, most) AS (SELECT min(least), max(most)
                        FROM (SELECT min(first_received) AS least, max(last_received) AS most FROM minutes
                              UNION ALL SELECT min(received), max(received) FROM temp.system)),
  day_of(day, last) AS (SELECT max(least, :from) / 86400000000, (min(most + 1, :until) - 1) / 86400000000
                        FROM told WHERE least < :until AND most >= :from
                        UNION ALL SELECT day + 1, last FROM day_of WHERE day < last)
SELECT day, strftime('%Y-%m-%d', day * 86400, 'unixepoch') AS name, day * 86400000000 AS begins,
       (day + 1) * 86400000000 AS ends, strftime('%Y-%m', day * 86400, 'unixepoch') AS month,
       unixepoch(day * 86400, 'unixepoch', 'start of month') * 1000000 AS month_begins,
       unixepoch(day * 86400, 'unixepoch', 'start of month', '+1 month') * 1000000 AS month_ends
FROM day_of;
CREATE UNIQUE INDEX temp.days_by_day ON days(day);
DROP TABLE minutes;

-- The tenant's policies, a row for each version that was in force at some time: filled from `policy.changed` records
-- (ledger/policy) by whoever runs this. `document` is the whole of it, in JSON.
CREATE TEMP TABLE policies(valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, document TEXT NOT NULL);
