#include "reports/monitor/recent_sql.h"

#include "ledger/projection/columns.h"
#include "ledger/record/event_schema.h"
#include "reports/engine/workspace_sql.h"
#include "reports/monitor/workspace_select.h"

#include <fmt/format.h>

namespace countersign::monitor {
namespace {

using reports::kEvidenceSql;
using reports::kPolicySql;

constexpr const char* kPolicyTables[] = {"policy", "policy_factors", "policy_actions"};

/// `'login.failed', 'login.succeeded'`
std::string types() {
  std::string out;
  for (const auto type : record::event_types()) out += fmt::format("{}'{}'", out.empty() ? "" : ", ", type);
  return out;
}

/// The run as `events`, for the workspace's own SELECTs. A + keeps a condition from choosing an index over
/// all of the log.
std::string run_view() {
  std::string columns;
  for (const auto& field : record::kEventFields) columns += ", " + projection::column_name(field);
  return fmt::format(
      "CREATE TEMP VIEW events AS SELECT place, +log AS log, +seq AS seq, received, occurred, source, proof, "
      "+life AS life{} FROM projection.events WHERE place >= (SELECT first FROM temp.run) AND place < "
      "(SELECT beyond FROM temp.run);",
      columns);
}

/// Of which event which other may have to be judged anew: (what was told, what is judged).
constexpr const char* kAffects =
    "('challenge.sent', 'challenge.sent'), ('challenge.failed', 'challenge.failed'),"
    " ('challenge.failed', 'challenge.verified'), ('challenge.verified', 'challenge.verified'),"
    " ('challenge.verified', 'challenge.failed'), ('challenge.verified', 'challenge.sent'),"
    " ('challenge.verified', 'login.succeeded'), ('login.succeeded', 'login.succeeded'),"
    " ('login.succeeded', 'challenge.verified')";

/// What happened after a late one and shares a column with it, among events of a kind.
std::string after_late(const char* column, const char* late, const char* judged) {
  return fmt::format(
      "INSERT OR IGNORE INTO anew SELECT r.rowid FROM"
      " (SELECT {0} AS shared, min(occurred) AS since FROM evidence WHERE type IN ('challenge.sent',"
      " 'challenge.failed', 'challenge.verified') AND in_period = 1 AND occurred <= :high AND {0} IS NOT NULL"
      " AND {1} GROUP BY {0}) n CROSS JOIN evidence r"
      " WHERE r.{0} = n.shared AND r.{0} IS NOT NULL AND {2} AND r.occurred >= n.since AND +r.in_period = 0"
      " LIMIT :most",
      column, late, judged);
}

}  // namespace

std::string recent_schema_sql() {
  return run_view() +
         "CREATE TEMP TABLE run(first INTEGER, beyond INTEGER);"
         "INSERT INTO run VALUES(0, 0);"
         "CREATE TEMP TABLE told_now(life INTEGER PRIMARY KEY, person TEXT);"
         "CREATE TEMP TABLE moved(seq INTEGER PRIMARY KEY, life INTEGER);"
         "CREATE TEMP TABLE changed(life INTEGER PRIMARY KEY);"
         "CREATE TEMP TABLE anew(seq INTEGER PRIMARY KEY);"
         "CREATE TEMP TABLE heard_now(source TEXT, minute INTEGER, received INTEGER, last INTEGER, events "
         "INTEGER,"
         " least INTEGER, most INTEGER, first_seq INTEGER, last_seq INTEGER, heartbeat INTEGER);"
         "CREATE TEMP TABLE affects(told TEXT, judged TEXT, PRIMARY KEY(told, judged)) WITHOUT ROWID;"
         "INSERT INTO affects VALUES" +
         kAffects +
         ";"
         "CREATE UNIQUE INDEX temp.heard_once ON heard(source, minute);"
         "DROP INDEX temp.heard_by_source;"
         "CREATE UNIQUE INDEX temp.sources_once ON sources(source);";
}

std::vector<std::string> take_sql() {
  return {
      "UPDATE run SET first = :place, beyond = :place + :end_seq - :first_seq",
      fmt::format("INSERT INTO told_now {}", workspace_select(kEvidenceSql, "told_persons")),
      // Where the run shows two challenges to be one, the index has united them.
      "INSERT OR REPLACE INTO moved SELECT e.place - :base, b.life FROM events b CROSS JOIN "
      "projection.events e"
      " WHERE b.challenge_provider_id IS NOT NULL AND b.life IS NOT NULL AND e.life = b.life"
      " AND e.place < :place"
      " AND EXISTS (SELECT 1 FROM evidence r WHERE r.rowid = e.place - :base AND r.life <> b.life)",
      "INSERT INTO told_now SELECT m.life, max(r.actor_id) FROM moved m CROSS JOIN evidence r"
      " WHERE r.rowid = m.seq AND r.actor_id IS NOT NULL GROUP BY m.life"
      " ON CONFLICT(life) DO UPDATE SET person = max(person, excluded.person)",
      "INSERT OR IGNORE INTO changed SELECT life FROM moved",
      "INSERT OR IGNORE INTO changed SELECT n.life FROM told_now n LEFT JOIN told_persons t ON t.life = "
      "n.life"
      " WHERE t.person IS NULL OR t.person < n.person",
      "INSERT INTO told_persons SELECT life, person FROM told_now WHERE true"
      " ON CONFLICT(life) DO UPDATE SET person = excluded.person WHERE excluded.person > person",
      "UPDATE evidence SET life = (SELECT m.life FROM moved m WHERE m.seq = evidence.rowid)"
      " WHERE rowid IN (SELECT seq FROM moved)",
      "INSERT OR IGNORE INTO anew SELECT rowid FROM evidence"
      " WHERE life IN (SELECT life FROM changed) AND actor_id IS NULL",
      "UPDATE evidence SET in_period = :fresh, person = coalesce((SELECT t.person FROM told_persons t"
      "  WHERE t.life = evidence.life), email, phone) WHERE rowid IN (SELECT seq FROM anew)",
      "INSERT INTO heard_now SELECT source, received / 60000000 AS minute, min(received), max(received),"
      " sum(told), min(CASE WHEN told THEN (received - occurred) / 1000 END),"
      " max(CASE WHEN told THEN (received - occurred) / 1000 END),"
      " min(CASE WHEN told THEN seq END), max(CASE WHEN told THEN seq END),"
      " min(CASE WHEN told AND type = 'source.heartbeat' THEN received END)"
      " FROM (SELECT *, proof <> 'backfill' AND source <> 'countersign' AS told FROM events)"
      " GROUP BY source, minute",
      "INSERT INTO heard(source, minute, events, skew_min_ms, skew_max_ms, first_seq, last_seq)"
      " SELECT source, minute, events, least, most, first_seq, last_seq FROM heard_now WHERE events > 0"
      " ON CONFLICT(source, minute) DO UPDATE SET events = events + excluded.events,"
      " skew_min_ms = min(skew_min_ms, excluded.skew_min_ms), skew_max_ms = max(skew_max_ms, "
      "excluded.skew_max_ms),"
      " last_seq = excluded.last_seq",
      "INSERT INTO sources(source, first_received, last_received, events, first_heartbeat)"
      " SELECT source, min(received), max(last), sum(events), min(heartbeat) FROM heard_now GROUP BY source"
      " ON CONFLICT(source) DO UPDATE SET first_received = min(first_received, excluded.first_received),"
      " last_received = excluded.last_received, events = events + excluded.events,"
      " first_heartbeat = min(coalesce(first_heartbeat, excluded.first_heartbeat),"
      "  coalesce(excluded.first_heartbeat, first_heartbeat))",
  };
}

std::string insert_sql(std::string_view columns) {
  // The key is the record's number.
  return fmt::format(
      "INSERT INTO evidence(rowid, {}) SELECT x.seq, x.* FROM ({}) x WHERE x.occurred >= x.received - "
      ":horizon",
      columns, workspace_select(kEvidenceSql, "evidence"));
}

std::vector<std::string> judge_anew_sql() {
  return {
      "INSERT OR IGNORE INTO anew SELECT r.rowid FROM"
      " (SELECT person, type, min(occurred) AS since FROM evidence WHERE type IN ('challenge.sent',"
      "  'challenge.failed', 'challenge.verified', 'login.succeeded') AND in_period = 1 AND occurred <= :high"
      "  AND person IS NOT NULL GROUP BY person, type) n"
      " CROSS JOIN affects a ON a.told = n.type CROSS JOIN evidence r"
      " WHERE r.person = n.person AND r.type = a.judged AND r.occurred >= n.since AND +r.in_period = 0 LIMIT "
      ":most",
      after_late("ip", "type = 'challenge.failed'", "r.type = 'challenge.failed'"),
      after_late("device", "type = 'challenge.failed'", "r.type = 'challenge.failed'"),
      after_late("phone", "purpose = 'signup'", "r.purpose = 'signup' AND r.type = 'challenge.verified'"),
      after_late("device", "purpose = 'signup'", "r.purpose = 'signup' AND r.type = 'challenge.verified'"),
      after_late("life", "type IN ('challenge.sent', 'challenge.verified')",
                 "+r.type IN ('challenge.failed', 'challenge.verified')"),
      "INSERT OR IGNORE INTO anew SELECT r.rowid FROM"
      " (SELECT min(occurred) AS since FROM evidence WHERE type = 'factor.reset' AND in_period = 1"
      "  AND occurred <= :high) n CROSS JOIN evidence r"
      " WHERE r.type = 'factor.reset' AND r.in_period = 0 AND r.occurred >= n.since LIMIT :most",
      "UPDATE evidence SET in_period = 1 WHERE rowid IN (SELECT seq FROM anew) AND in_period = 0",
  };
}

std::vector<std::string> set_aside_sql() {
  return {
      "UPDATE evidence SET in_period = 0 WHERE rowid >= :first_seq AND in_period = 1",
      "UPDATE evidence SET in_period = 0 WHERE rowid IN (SELECT seq FROM anew) AND in_period = 1",
      "DELETE FROM anew",
      "DELETE FROM told_now",
      "DELETE FROM moved",
      "DELETE FROM changed",
      "DELETE FROM heard_now",
  };
}

std::string forget_evidence_sql() {
  return fmt::format("DELETE FROM evidence WHERE type IN ({}) AND in_period IN (0, 1) AND occurred < :before",
                     types());
}

std::vector<std::string> forget_rest_sql() {
  return {
      // A challenge outlives the records of it that are here by some.
      // Where none is here, because what comes happened long ago, the run's own end counts.
      "DELETE FROM told_persons WHERE life < :base + coalesce((SELECT min(rowid) FROM evidence), :end_seq) - "
      ":most",
      "DELETE FROM heard WHERE minute < (SELECT max(later.minute) FROM heard later"
      " WHERE later.source = heard.source AND later.minute < :minute)",
  };
}

std::string clear_policies_sql() {
  std::string out = "DELETE FROM policies;";
  for (const auto* table : kPolicyTables) out += fmt::format("DELETE FROM {};", table);
  return out;
}

std::string fill_policies_sql() {
  std::string out;
  for (const auto* table : kPolicyTables)
    out += fmt::format("INSERT INTO {} {};", table, workspace_select(kPolicySql, table));
  return out;
}

}  // namespace countersign::monitor
