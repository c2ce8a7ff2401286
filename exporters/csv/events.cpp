#include "exporters/csv/events.h"

#include "exporters/csv/cell.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::csv {
namespace {

void append_hex(std::string& out, const base::Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  char text[1 + 2 * sizeof digest.bytes] = {','};
  char* at = text + 1;
  for (const auto byte : digest.bytes) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  out.append(text, sizeof text);
}

}  // namespace

void EventsWriter::append_header(std::string& out) {
  out.append("seq,occurred,received,committed,late");
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    if (i == record::kTime) continue;
    const auto& field = record::kEventFields[i];
    out.push_back(',');
    if (!field.object.empty()) out.append(field.object).push_back('.');
    out.append(field.name);
  }
  out.append(",source,proof,redacted,attributes,record_hash\r\n");
}

void EventsWriter::SecondText::append(std::string& out, base::Timestamp time) {
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int64_t micros = ((time.micros % kMicros) + kMicros) % kMicros;
  const std::int64_t second = (time.micros - micros) / kMicros;
  if (second != second_) {
    second_ = second;
    text_ = base::format_rfc3339({second * kMicros}).substr(0, 20);  // up to the point
  }
  char digits[7];
  auto rest = micros;
  for (int i = 5; i >= 0; --i, rest /= 10) digits[i] = static_cast<char>('0' + rest % 10);
  digits[6] = 'Z';
  out.append(text_).append(digits, sizeof digits);
}

base::Result<void> EventsWriter::append_member(std::string& out, const record::EventView& event,
                                               std::size_t field) {
  const auto raw = event.raw[field];
  const auto& known = record::kEventFields[field];
  const auto inside = raw.front() == '"' ? raw.substr(1, raw.size() - 2) : raw;
  if (known.personal && inside.size() == base::kDigestBase64UrlSize) {
    std::optional<std::string_view> value;
    if (values_ != nullptr) {
      TRY_ASSIGN(value, values_->find({*known.personal, inside}));
    }
    if (value) {
      append_cell(out, *value);
    } else {
      append_plain_cell(out, inside);
    }
  } else if (inside.find('\\') != std::string_view::npos) {
    append_cell(out, record::unescape_json(raw));
  } else {
    append_cell(out, inside);
  }
  return {};
}

/// The attributes as JSON; a token whose value is disclosed gives way to the value, which is JSON itself.
base::Result<void> EventsWriter::append_attributes(std::string& out, const record::EventView& event) {
  out.push_back(',');
  if (event.attributes.empty()) return {};
  if (values_ == nullptr) {
    append_cell(out, event.attributes);
    return {};
  }
  scratch_.clear();
  record::EventView only;
  only.attributes = event.attributes;
  const char* at = event.attributes.data();
  base::Result<void> failed;
  TRY(record::for_each_token(only, [&](const record::TokenAt& token) {
    const auto value = values_->find(token);
    if (!value) failed = base::fail(value.error());
    if (!value || !*value) return;
    scratch_.append(at, static_cast<std::size_t>(token.token.data() - 1 - at)).append(**value);
    at = token.token.data() + token.token.size() + 1;
  }));
  TRY(failed);
  scratch_.append(at, static_cast<std::size_t>(event.attributes.data() + event.attributes.size() - at));
  append_cell(out, scratch_);
  return {};
}

base::Result<void> EventsWriter::append_row(std::string& out, const EventRow& row) {
  const fmt::format_int seq(base::index_of(row.record->seq));
  out.append(seq.data(), seq.size()).push_back(',');
  out.append(row.event->plain(record::kTime)).push_back(',');
  received_.append(out, row.record->received);
  out.push_back(',');
  committed_.append(out, {row.committed * 1'000'000});
  out.append(jsonl::is_late(row.occurred, row.record->received) ? ",yes" : ",no");
  std::size_t commas = 0;
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    if (i == record::kTime) continue;
    ++commas;
    if (row.event->raw[i].empty()) continue;
    out.append(std::exchange(commas, 0), ',');
    TRY(append_member(out, *row.event, i));
  }
  out.append(commas, ',');
  out.append(",").append(row.record->source).append(",").append(row.record->proof).append(",");
  if (!row.record->redacted.empty()) append_cell(out, row.record->redacted);
  TRY(append_attributes(out, *row.event));
  // Hexadecimal, as sha256sum prints it; base64 may begin like a formula.
  append_hex(out, row.hash);
  out.append("\r\n");
  return {};
}

}  // namespace countersign::csv
