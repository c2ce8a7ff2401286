#include "ledger/projection/columns.h"

#include <fmt/format.h>

namespace countersign::projection {

using record::FieldType;

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
  return fmt::format(
      "CREATE TABLE progress(log INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;"
      "CREATE TABLE events(place INTEGER PRIMARY KEY, log INTEGER NOT NULL, seq INTEGER NOT NULL, received "
      "INTEGER NOT NULL,"
      " occurred INTEGER NOT NULL, source TEXT NOT NULL, proof TEXT NOT NULL{}) STRICT;"
      "CREATE INDEX events_by_occurred ON events(log, occurred);"
      "CREATE INDEX events_by_challenge ON events(challenge_id) WHERE challenge_id IS NOT NULL;"
      "CREATE INDEX events_by_actor ON events(actor_id) WHERE actor_id IS NOT NULL;"
      "CREATE INDEX events_by_phone ON events(actor_phone) WHERE actor_phone IS NOT NULL;"
      "CREATE INDEX events_by_email ON events(actor_email) WHERE actor_email IS NOT NULL;"
      "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=full, tokenize=\"unicode61 "
      "tokenchars '_'\");"
      "PRAGMA user_version={};",
      columns, kIndexVersion);
}

}  // namespace countersign::projection
