#include "ledger/privacy/subject.h"

#include <algorithm>

namespace countersign::privacy {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letter(char one, char other) { return lower(one) == lower(other); }

/// A phone number without what people put between its digits.
std::string bare_phone(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' && c != '/') out.push_back(c);
  }
  return out;
}

}  // namespace

base::Result<Subject> parse_subject(std::string_view text) {
  using record::Kind;
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const auto kind = record::parse_kind(name);
  const bool known = kind && *kind != Kind::attribute && *kind != Kind::raw && *kind != Kind::user_agent;
  if (equals == std::string_view::npos || equals + 1 == text.size() || !known)
    return base::fail(
        base::Code::invalid_argument,
        "a subject is KIND=VALUE, as in email=ana@example.com; kinds are user, email, phone, name, "
        "fingerprint, ip and session");
  return Subject{*kind, std::string(text.substr(equals + 1))};
}

bool names_one_person(record::Kind kind) {
  return kind == record::Kind::user || kind == record::Kind::email || kind == record::Kind::phone;
}

bool same_value(record::Kind kind, std::string_view one, std::string_view other) {
  if (kind == record::Kind::email)
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), same_letter);
  return kind == record::Kind::phone ? bare_phone(one) == bare_phone(other) : one == other;
}

bool mentions(std::string_view text, std::string_view value) {
  constexpr std::size_t kShortest = 6;
  return value.size() >= kShortest &&
         std::search(text.begin(), text.end(), value.begin(), value.end(), same_letter) != text.end();
}

}  // namespace countersign::privacy
