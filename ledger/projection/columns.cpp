#include "ledger/projection/columns.h"

#include "ledger/projection/event_counts.h"
#include "ledger/projection/words.h"

#include <fmt/format.h>

namespace countersign::projection {

using record::FieldType;

namespace {

/// One row for each challenge. Two sources that report the same send are no two sends, so of each count the
/// largest that one source has is taken.
constexpr std::string_view kLives =
    "CREATE VIEW challenge_lives AS WITH told AS (SELECT log, life, source, count(*) AS events,"
    " min(occurred) AS first, max(occurred) AS last, max(challenge_purpose) AS purpose,"
    " sum(type='challenge.sent') AS sent, sum(type='challenge.delivered') AS delivered,"
    " sum(type='challenge.undelivered') AS undelivered, sum(type='challenge.failed') AS failed,"
    " sum(type='challenge.verified') AS verified, sum(type='challenge.expired') AS expired,"
    " sum(type='challenge.cancelled') AS cancelled FROM events WHERE life IS NOT NULL GROUP BY log, life, "
    "source)"
    " SELECT log, life, min(first) AS first, max(last) AS last, count(*) AS sources, sum(events) AS events,"
    " max(purpose) AS purpose, max(sent) AS sent, max(delivered) AS delivered, max(undelivered) AS "
    "undelivered,"
    " max(failed) AS failed, max(verified) AS verified,"
    " CASE WHEN max(verified)>0 THEN 'verified' WHEN max(cancelled)>0 THEN 'cancelled'"
    " WHEN max(expired)>0 THEN 'expired' WHEN max(failed)>0 THEN 'failed' WHEN max(delivered)>0 THEN "
    "'delivered'"
    " WHEN max(undelivered)>0 AND max(undelivered)>=max(sent) THEN 'undelivered'"
    " WHEN max(sent)>0 THEN 'sent' END AS state FROM told GROUP BY log, life;";

}  // namespace

std::string column_name(const record::EventField& field) {
  return field.object.empty() ? std::string(field.name) : fmt::format("{}_{}", field.object, field.name);
}

bool is_searchable_text(const record::EventField& field) {
  if (field.personal) return false;
  return field.type == FieldType::text || field.type == FieldType::event_type ||
         field.type == FieldType::purpose || field.type == FieldType::factor;
}

std::string index_schema() {
  std::string columns;
  for (const auto& field : record::kEventFields) {
    const bool number = field.type == FieldType::integer || field.type == FieldType::boolean;
    columns += fmt::format(", {} {}", column_name(field), number ? "INTEGER" : "TEXT");
  }
  std::string combined;
  for (const auto column : kCountedColumns) combined += fmt::format(", {} TEXT NOT NULL", column);
  return fmt::format(
      "CREATE TABLE progress(log INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;"
      "CREATE TABLE events(place INTEGER PRIMARY KEY, log INTEGER NOT NULL, seq INTEGER NOT NULL, received "
      "INTEGER NOT NULL,"
      " occurred INTEGER NOT NULL, source TEXT NOT NULL, proof TEXT NOT NULL, life INTEGER{}) STRICT;"
      "CREATE INDEX events_by_occurred ON events(log, occurred);"
      "CREATE INDEX events_by_challenge ON events(challenge_id) WHERE challenge_id IS NOT NULL;"
      "CREATE INDEX events_by_actor ON events(actor_id) WHERE actor_id IS NOT NULL;"
      "CREATE INDEX events_by_phone ON events(actor_phone) WHERE actor_phone IS NOT NULL;"
      "CREATE INDEX events_by_email ON events(actor_email) WHERE actor_email IS NOT NULL;"
      "CREATE INDEX events_by_life ON events(life, source, type, actor_id) WHERE life IS NOT NULL;"
      "CREATE TABLE challenge_names(log INTEGER NOT NULL, name TEXT NOT NULL, life INTEGER NOT NULL,"
      " first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(log, name)) STRICT, WITHOUT ROWID;"
      "CREATE INDEX names_by_life ON challenge_names(life);"
      "CREATE TABLE heard(log INTEGER NOT NULL, source TEXT NOT NULL, minute INTEGER NOT NULL,"
      " events INTEGER NOT NULL, skew_min INTEGER NOT NULL, skew_max INTEGER NOT NULL,"
      " PRIMARY KEY(log, source, minute)) STRICT, WITHOUT ROWID;"
      "CREATE TABLE sequences(log INTEGER NOT NULL, source TEXT NOT NULL, low INTEGER NOT NULL,"
      " high INTEGER NOT NULL, PRIMARY KEY(log, source, low)) STRICT, WITHOUT ROWID;"
      "CREATE VIEW sequence_gaps AS SELECT log, source, before+1 AS low, low-1 AS high FROM"
      " (SELECT log, source, low, lag(high) OVER (PARTITION BY log, source ORDER BY low) AS before"
      "  FROM sequences) WHERE before IS NOT NULL;"
      "{}"
      "CREATE TABLE forgotten(first INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY(first, part)) "
      "STRICT, "
      "WITHOUT ROWID;"
      "CREATE TABLE combinations(id INTEGER PRIMARY KEY, log INTEGER NOT NULL{}, UNIQUE(log, {})) STRICT;"
      "CREATE TABLE counted(log INTEGER NOT NULL, hours INTEGER NOT NULL, begin INTEGER NOT NULL,"
      " combination INTEGER NOT NULL, events INTEGER NOT NULL, PRIMARY KEY(log, hours, begin, combination)) "
      "STRICT, WITHOUT ROWID;"
      "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=full, tokenize=\"unicode61 "
      "tokenchars '{}'\");"
      "CREATE VIRTUAL TABLE words_at USING fts5vocab(words, instance);"
      "PRAGMA user_version={};",
      columns, kLives, combined, fmt::join(kCountedColumns, ", "), kWordCharacters, kIndexVersion);
}

}  // namespace countersign::projection
