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

CREATE TEMP TABLE told_persons(life INTEGER PRIMARY KEY, person TEXT NOT NULL);
INSERT INTO told_persons
SELECT life, max(actor_id) AS person FROM events
WHERE life >= :log << 40 AND life < (:log + 1) << 40 AND place >= (:log << 40) + :first_seq
  AND place < (:log << 40) + :end_seq AND actor_id IS NOT NULL
GROUP BY life;

-- One row for each record. `person` is the account, as far as any source tells it: the event's own actor.id, else
-- the one that another record of the same challenge names, else the e-mail address, else the phone.
CREATE TEMP TABLE evidence(
  seq INTEGER PRIMARY KEY, occurred INTEGER, type TEXT, in_period INTEGER, person TEXT, life INTEGER, source TEXT,
  factor TEXT, purpose TEXT, device TEXT, country TEXT, asn INTEGER, action TEXT, actor_id TEXT, received INTEGER,
  proof TEXT, sequence INTEGER, cost_micros INTEGER, month TEXT, role TEXT, device_new INTEGER, session TEXT,
  phone TEXT, reason TEXT, risk INTEGER, email TEXT, context TEXT, ip TEXT, resource TEXT,
  provider TEXT, attempt INTEGER, currency TEXT);
INSERT INTO evidence
SELECT e.seq, e.occurred, e.type, e.occurred >= :from AND e.occurred < :until AS in_period,
       coalesce(e.actor_id, told.person, e.actor_email, e.actor_phone) AS person, e.life, e.source,
       e.challenge_factor AS factor, e.challenge_purpose AS purpose, e.device_fingerprint AS device,
       e.device_country AS country, e.device_asn AS asn, e.action_name AS action, e.actor_id, e.received, e.proof,
       e.delivery_sequence AS sequence, CAST(round(CAST(e.cost_amount AS REAL) * 1000000) AS INTEGER) AS cost_micros,
       CASE WHEN e.time GLOB '????-??-??T??:??:[0-5]*Z' THEN substr(e.time, 1, 7)
            ELSE strftime('%Y-%m', e.occurred / 1000000, 'unixepoch') END AS month, e.actor_role AS role,
       e.device_new AS device_new, e.session_id AS session, e.actor_phone AS phone, e.outcome_reason AS reason,
       e.outcome_risk AS risk, e.actor_email AS email, e.action_context AS context, e.device_ip AS ip,
       e.action_resource AS resource, e.challenge_provider AS provider,
       e.challenge_attempt AS attempt, e.cost_currency AS currency
FROM events e LEFT JOIN told_persons told ON told.life = e.life
WHERE e.place >= (:log << 40) + :first_seq AND e.place < (:log << 40) + :end_seq
ORDER BY e.place;
CREATE INDEX temp.evidence_by_type ON evidence(type, in_period, occurred);
CREATE INDEX temp.evidence_by_person ON evidence(person, type, occurred) WHERE person IS NOT NULL;
CREATE INDEX temp.evidence_by_life ON evidence(life) WHERE life IS NOT NULL;
CREATE INDEX temp.failures_by_ip ON evidence(ip, occurred) WHERE type = 'challenge.failed' AND ip IS NOT NULL;
CREATE INDEX temp.failures_by_device ON evidence(device, occurred) WHERE type = 'challenge.failed' AND device IS NOT NULL;
CREATE INDEX temp.signups_by_phone ON evidence(phone, occurred) WHERE purpose = 'signup' AND phone IS NOT NULL;
CREATE INDEX temp.signups_by_device ON evidence(device, occurred) WHERE purpose = 'signup' AND device IS NOT NULL;
