#include "ledger/projection/record_rows.h"

#include "ledger/projection/columns.h"
#include "ledger/projection/words.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

#include <charconv>

namespace countersign::projection {
namespace {

using record::FieldType;

constexpr int kFirstMember = 9;  ///< bind index of the first member of an event

std::string insert_sql() {
  std::string sql = "INSERT INTO events VALUES(?1,?2,?3,?4,?5,?6,?7,?8";
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i)
    sql += fmt::format(",?{}", static_cast<std::size_t>(kFirstMember) + i);
  return sql + ")";
}

}  // namespace

base::Result<RecordRows> RecordRows::prepare(sqlite::Connection& index) {
  TRY_ASSIGN(auto insert, index.prepare(insert_sql()));
  TRY_ASSIGN(auto lives, ChallengeLives::prepare(index));
  TRY_ASSIGN(auto heard, SourcesHeard::prepare(index));
  return RecordRows(std::move(insert), std::move(lives), std::move(heard));
}

base::Result<void> RecordRows::add(std::int64_t log, std::int64_t place, std::string_view record) {
  TRY_ASSIGN(const auto view, record::read_record(record));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  TRY_ASSIGN(const auto occurred, base::parse_rfc3339(event.plain(record::kTime)));
  TRY_ASSIGN(const auto life, lives_.life_of(log, place, occurred.micros, event));
  TRY(heard_.note(log, view, event, occurred.micros));
  life ? insert_.bind(8, *life) : insert_.bind_null(8);
  insert_.bind(1, place).bind(2, log).bind(3, static_cast<std::int64_t>(base::index_of(view.seq)));
  insert_.bind(4, view.received.micros)
      .bind(5, occurred.micros)
      .bind_text(6, view.source)
      .bind_text(7, view.proof);
  source_.assign(view.source);
  received_ = view.received;
  words_ = stretch_word(place);
  words_.append(" ").append(source_);
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    const int at = kFirstMember + static_cast<int>(i);
    const auto& field = record::kEventFields[i];
    const auto raw = event.raw[i];
    if (raw.empty()) {
      texts_[i].clear();
      insert_.bind_null(at);
    } else if (field.type == FieldType::boolean) {
      insert_.bind(at, raw == "true" ? 1 : 0);
    } else if (field.type == FieldType::integer) {
      std::int64_t number = 0;
      std::from_chars(raw.data(), raw.data() + raw.size(), number);
      insert_.bind(at, number);
    } else {
      texts_[i] = event.text(static_cast<record::Field>(i));
      insert_.bind_text(at, texts_[i]);
      if (is_searchable_text(field)) words_.append(" ").append(texts_[i]);
    }
  }
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    const auto& field = record::kEventFields[i];
    if (has_token_word(field) && !texts_[i].empty()) words_.append(" ").append(token_word(field, texts_[i]));
  }
  return insert_.run();
}

CountedValues RecordRows::counted() const {
  return {texts_[record::kType],
          source_,
          texts_[record::kChallengeFactor],
          texts_[record::kChallengePurpose],
          texts_[record::kChallengeProvider],
          texts_[record::kOutcomeReason]};
}

}  // namespace countersign::projection
