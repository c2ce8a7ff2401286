#include "ledger/projection/words.h"

#include "ledger/projection/columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::projection {
namespace {

constexpr std::string_view kStretchMark = "\uE000";
constexpr int kStretchMarkCode = 0xE000, kTokenMarkCode = 0xE100;
constexpr std::size_t kTokenBegin = 6;  ///< characters of a token that its word is made of

std::size_t index_of(const record::EventField& field) {
  return static_cast<std::size_t>(&field - record::kEventFields.data());
}

/// The mark of a member's tokens, one of U+E100 and the next, in UTF-8.
std::string mark_of(const record::EventField& field) {
  const auto code = static_cast<unsigned>(kTokenMarkCode) + static_cast<unsigned>(index_of(field));
  return {static_cast<char>(0xE0U | (code >> 12U)), static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

}  // namespace

std::string stretch_word(std::int64_t place) {
  return fmt::format("{}{}", kStretchMark, place >> kStretchBits);
}

bool has_token_word(const record::EventField& field) {
  using enum record::Kind;
  return field.personal == name || field.personal == fingerprint || field.personal == ip ||
         field.personal == session;
}

std::string token_word(const record::EventField& field, std::string_view token) {
  auto out = mark_of(field);
  for (const char c : token.substr(0, kTokenBegin))
    out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string words_sql() {
  auto sql = fmt::format("char({})||(place>>{})||' '||source", kStretchMarkCode, kStretchBits);
  for (const auto& field : record::kEventFields) {
    if (is_searchable_text(field)) sql += fmt::format("||ifnull(' '||{},'')", column_name(field));
  }
  for (const auto& field : record::kEventFields) {
    // hex() makes of NULL what it makes of an empty text.
    if (has_token_word(field))
      sql += fmt::format("||iif({0} IS NULL,'',' '||char({1})||lower(hex(substr({0},1,{2}))))",
                         column_name(field), static_cast<std::size_t>(kTokenMarkCode) + index_of(field),
                         kTokenBegin);
  }
  return sql;
}

std::string fts_phrase(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

bool Phrase::is_in(const std::vector<std::string>& text) const {
  if (words.empty()) return false;
  const auto whole = words.end() - (prefix ? 1 : 0);
  for (auto at = text.begin(); text.end() - at >= static_cast<std::ptrdiff_t>(words.size()); ++at) {
    if (!std::equal(words.begin(), whole, at)) continue;
    if (!prefix || (at + (whole - words.begin()))->starts_with(words.back())) return true;
  }
  return false;
}

}  // namespace countersign::projection
