-- The tables that every query of a report reads, made of the index `events` of one region (ledger/projection):
-- once for the tenant's log and once for the system log. Times are microseconds since 1970 in UTC.
--
-- :log, :system_log  numbers of the two logs in the index
-- :tenant            the tenant's name
-- :first_seq, :end_seq, :system_size
--                    the records that count: from the first up to, without, the last; and of the system log
-- :from, :until      the period, by when a thing happened
--
-- Records of before the period stand here, too: what happened then may explain what happened in it.

CREATE TEMP TABLE told_persons AS
SELECT life, max(actor_id) AS person FROM events
WHERE log = :log AND seq >= :first_seq AND seq < :end_seq AND life IS NOT NULL AND actor_id IS NOT NULL
GROUP BY life;
CREATE UNIQUE INDEX temp.told_by_life ON told_persons(life);

-- One row for each record. `person` is the account, as far as any source tells it: the event's own actor.id, else
-- the one that another record of the same challenge names, else the e-mail address, else the phone.
CREATE TEMP TABLE evidence AS
SELECT e.seq, e.occurred, e.received, e.type, e.source, e.proof, e.life,
       coalesce(e.actor_id, told.person, e.actor_email, e.actor_phone) AS person,
       e.actor_id, e.actor_email AS email, e.actor_phone AS phone, e.actor_role AS role,
       e.challenge_id, e.challenge_purpose AS purpose, e.challenge_factor AS factor,
       e.challenge_provider AS provider, e.challenge_attempt AS attempt,
       unixepoch(e.challenge_expires_at) * 1000000 AS expires, e.challenge_fallback_from AS fallback_from,
       e.action_name AS action, e.action_resource AS resource, e.action_context AS context,
       e.device_fingerprint AS device, e.device_ip AS ip, e.device_country AS country, e.device_asn AS asn,
       e.device_new AS device_new, e.session_id AS session, e.outcome_reason AS reason, e.outcome_risk AS risk,
       CAST(round(CAST(e.cost_amount AS REAL) * 1000000) AS INTEGER) AS cost_micros, e.cost_currency AS currency,
       e.delivery_sequence AS sequence,
       strftime('%Y-%m', e.occurred / 1000000, 'unixepoch') AS month,
       e.occurred >= :from AND e.occurred < :until AS in_period
FROM events e LEFT JOIN told_persons told ON told.life = e.life
WHERE e.log = :log AND e.seq >= :first_seq AND e.seq < :end_seq
ORDER BY e.place;
CREATE INDEX temp.evidence_by_type ON evidence(type, in_period, occurred);
CREATE INDEX temp.evidence_by_person ON evidence(person, type, occurred);
CREATE INDEX temp.evidence_by_life ON evidence(life) WHERE life IS NOT NULL;
CREATE INDEX temp.failures_by_ip ON evidence(ip, occurred) WHERE type = 'challenge.failed' AND ip IS NOT NULL;
CREATE INDEX temp.failures_by_device ON evidence(device, occurred) WHERE type = 'challenge.failed' AND device IS NOT NULL;
CREATE INDEX temp.signups_by_phone ON evidence(phone, occurred) WHERE purpose = 'signup' AND phone IS NOT NULL;
CREATE INDEX temp.signups_by_device ON evidence(device, occurred) WHERE purpose = 'signup' AND device IS NOT NULL;

-- One row for each challenge. Two sources that tell of the same send are no two sends, so of each count the largest
-- that one source has is taken. `item` is the number of the first record of it. `account` and `other_account` differ
-- where its records name two by actor.id.
CREATE TEMP TABLE challenges AS
WITH told AS (
  SELECT life, source, min(seq) AS item, min(occurred) AS begun, max(occurred) AS ended, max(person) AS person,
         max(phone) AS phone, max(purpose) AS purpose, min(factor) AS factor, max(factor) AS last_factor,
         max(provider) AS provider, max(fallback_from) AS fallback_from, max(expires) AS expires,
         min(CASE WHEN type = 'challenge.sent' THEN occurred END) AS first_sent,
         max(CASE WHEN type = 'challenge.sent' THEN occurred END) AS last_sent,
         min(CASE WHEN type = 'challenge.verified' THEN occurred END) AS verified_at,
         sum(type = 'challenge.sent') AS sent, sum(type = 'challenge.delivered') AS delivered,
         sum(type = 'challenge.undelivered') AS undelivered, sum(type = 'challenge.failed') AS failed,
         sum(type = 'challenge.verified') AS verified, sum(type = 'challenge.expired') AS expired,
         sum(type = 'challenge.cancelled') AS cancelled, max(attempt) AS attempt,
         max(device) AS device, max(coalesce(action, context)) AS action,
         min(actor_id) AS account, max(actor_id) AS other_account
  FROM evidence WHERE life IS NOT NULL GROUP BY life, source)
SELECT life, min(item) AS item, min(begun) AS begun, max(ended) AS ended, max(person) AS person, max(phone) AS phone,
       max(purpose) AS purpose, min(factor) AS factor, max(last_factor) AS last_factor, max(provider) AS provider,
       max(fallback_from) AS fallback_from, max(expires) AS expires, min(first_sent) AS first_sent,
       max(last_sent) AS last_sent, min(verified_at) AS verified_at, count(*) AS sources, max(sent) AS sent,
       max(delivered) AS delivered, max(undelivered) AS undelivered, max(failed) AS failed,
       max(verified) AS verified, max(expired) AS expired, max(cancelled) AS cancelled, max(attempt) AS attempt,
       strftime('%Y-%m', min(begun) / 1000000, 'unixepoch') AS month,
       min(begun) >= :from AND min(begun) < :until AS in_period, max(device) AS device, max(action) AS action,
       min(account) AS account, max(other_account) AS other_account
FROM told GROUP BY life ORDER BY life;
CREATE UNIQUE INDEX temp.challenges_by_life ON challenges(life);
CREATE INDEX temp.challenges_by_person ON challenges(person, begun);

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
           AND action_resource IN (SELECT DISTINCT source FROM events WHERE log = :log AND seq >= :first_seq AND seq < :end_seq))
       OR (type IN ('challenge.verified', 'factor.enrolled')
           AND session_id IN (SELECT session_id FROM events
                              WHERE log = :system_log AND seq < :system_size AND session_id IS NOT NULL
                                AND (action_resource = :tenant
                                     OR substr(action_resource, 1, length(:tenant) + 1) = :tenant || '/'))))
ORDER BY seq;
CREATE INDEX temp.system_by_type ON system(type, received);

-- One row for each minute in which a source was heard. History that was imported was not heard.
CREATE TEMP TABLE heard AS
SELECT source, received / 60000000 AS minute, count(*) AS events, min((received - occurred) / 1000) AS skew_min_ms,
       max((received - occurred) / 1000) AS skew_max_ms, min(seq) AS first_seq, max(seq) AS last_seq
FROM evidence WHERE proof <> 'backfill' GROUP BY source, minute ORDER BY source, minute;
CREATE INDEX temp.heard_by_source ON heard(source, minute);

-- One row for each source of the log.
CREATE TEMP TABLE sources AS
SELECT source, min(received) AS first_received, max(received) AS last_received, count(*) AS events,
       sum(in_period) AS events_in_period, min(proof) AS proof,
       (SELECT min(s.occurred) FROM temp.system s WHERE s.type = 'source.added' AND s.resource = e.source) AS added,
       (SELECT max(s.occurred) FROM temp.system s WHERE s.type = 'source.revoked' AND s.resource = e.source) AS revoked,
       min(CASE WHEN type = 'source.heartbeat' AND proof <> 'backfill' THEN received END) AS first_heartbeat
FROM evidence e GROUP BY source;

-- One row for each day of the period, as far as there are records of that time: `day` counts since 1970.
CREATE TEMP TABLE days AS
WITH RECURSIVE
  told(least, most) AS (SELECT min(least), max(most)
                        FROM (SELECT min(received) AS least, max(received) AS most FROM evidence
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

-- The tenant's policies, a row for each version that was in force at some time: filled from `policy.changed` records
-- (ledger/policy) by whoever runs this. `document` is the whole of it, in JSON.
CREATE TEMP TABLE policies(valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, document TEXT NOT NULL);
