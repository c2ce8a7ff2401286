#include "ledger/projection/selection.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

namespace countersign::projection {

base::Result<Places> places_of(sqlite::Connection& index, ReceivedReader& received, std::int64_t log,
                               std::optional<base::Timestamp> from, std::optional<base::Timestamp> before) {
  TRY_ASSIGN(auto progress, index.prepare("SELECT next FROM progress WHERE log=?1"));
  TRY_ASSIGN(const bool known, progress.bind(1, log).step());
  const auto size = known ? static_cast<std::uint64_t>(progress.integer(0)) : 0;
  std::uint64_t first = 0, beyond = size;
  if (from) {
    TRY_ASSIGN(first, received.first_at(log, *from, size));
  }
  if (before) {
    TRY_ASSIGN(beyond, received.first_at(log, *before, size));
  }
  return Places{store::place_of(log, first), store::place_of(log, beyond)};
}

base::Result<std::optional<Conditions>> Conditions::of(const std::vector<Term>& terms,
                                                       const FindToken& find_token) {
  Conditions out;
  for (const auto& term : terms) {
    if (term.column.empty()) {
      out.words.push_back(term);
      continue;
    }
    Member member{term.column, term.value, term.excluded};
    if (term.names_somebody()) {
      TRY_ASSIGN(auto token, find_token(*term.personal, term.value));
      if (!token && term.excluded) continue;
      if (!token) return std::optional<Conditions>();
      member.value = std::move(*token);
    }
    out.members.push_back(std::move(member));
  }
  return std::optional(std::move(out));
}

std::string Conditions::sql(int first) const {
  std::string out;
  for (const auto& member : members) {
    if (!out.empty()) out += " AND ";
    const auto value = fmt::format("?{}", first++);
    if (member.value == "true" || member.value == "false") {
      // Booleans are kept as 1 and 0; a text column may hold the word.
      out += fmt::format("ifnull({} {}IN ({}, {}), {})", member.column, member.excluded ? "NOT " : "", value,
                         member.value == "true" ? 1 : 0, member.excluded ? 1 : 0);
    } else {
      out += fmt::format("{} {} {}", member.column, member.excluded ? "IS NOT" : "IS", value);
    }
  }
  return out.empty() ? "1" : out;
}

void Conditions::bind(sqlite::Statement& statement, int first) const {
  for (const auto& member : members) statement.bind_text(first++, member.value);
}

}  // namespace countersign::projection
