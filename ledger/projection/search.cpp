#include "ledger/projection/search.h"

#include "ledger/projection/columns.h"
#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::projection {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kTermsMax = 32;

std::string path_of(const record::EventField& field) {
  return field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
}

/// The member of that path, or the only one of that name: `factor` is challenge.factor. Null for none, and
/// for a name that several have.
const record::EventField* find_member(std::string_view name) {
  const record::EventField* found = nullptr;
  std::size_t named = 0;
  for (const auto& field : record::kEventFields) {
    if (path_of(field) == name) return &field;
    if (field.name != name) continue;
    found = &field;
    ++named;
  }
  return named == 1 ? found : nullptr;
}

base::Result<Term> member_term(std::string_view path, std::string value) {
  if (path == "source" || path == "proof") return Term{std::string(path), std::move(value), {}};
  if (const auto* field = find_member(path))
    return Term{column_name(*field), std::move(value), field->personal};
  std::vector<std::string> known{"source", "proof"};
  for (const auto& field : record::kEventFields) known.push_back(path_of(field));
  return fail(Code::invalid_argument, fmt::format("there is no member '{}' to search by; there are: {}", path,
                                                  fmt::join(known, ", ")));
}

/// A word as an FTS5 string: quoted, so that nothing in it is an operator.
std::string fts_phrase(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

}  // namespace

base::Result<std::vector<Term>> parse_query(std::string_view text) {
  std::vector<Term> terms;
  std::size_t at = 0;
  const auto take_value = [&]() -> base::Result<std::string> {
    if (at < text.size() && text[at] == '"') {
      const auto end = text.find('"', at + 1);
      if (end == std::string_view::npos)
        return fail(Code::invalid_argument, fmt::format("the quote at character {} is not closed", at + 1));
      std::string value(text.substr(at + 1, end - at - 1));
      at = end + 1;
      return value;
    }
    const auto end = std::min(text.find(' ', at), text.size());
    std::string value(text.substr(at, end - at));
    at = end;
    return value;
  };
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    if (terms.size() == kTermsMax)
      return fail(Code::invalid_argument, fmt::format("a query has at most {} terms", kTermsMax));
    const auto stop = text.find_first_of(": \"", at);
    if (stop != std::string_view::npos && text[stop] == ':' && stop > at) {
      const auto path = text.substr(at, stop - at);
      at = stop + 1;
      TRY_ASSIGN(auto value, take_value());
      if (value.empty()) return fail(Code::invalid_argument, fmt::format("'{}:' has no value", path));
      TRY_ASSIGN(auto term, member_term(path, std::move(value)));
      terms.push_back(std::move(term));
    } else {
      TRY_ASSIGN(auto word, take_value());
      if (!word.empty()) terms.push_back({{}, std::move(word), {}});
    }
  }
  return terms;
}

struct Searcher::Impl {
  sqlite::Connection connection;
};

Searcher::Searcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Searcher::~Searcher() = default;
Searcher::Searcher(Searcher&&) noexcept = default;
Searcher& Searcher::operator=(Searcher&&) noexcept = default;

base::Result<Searcher> Searcher::open(const std::filesystem::path& index_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(index_file, {}));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA user_version"));
  if (version == 0) return fail(Code::unavailable, "the index is being made; search again in a moment");
  if (version != kIndexVersion)
    return fail(Code::failed_precondition,
                "the index has another version; it is made anew when countersignd starts");
  return Searcher(std::make_unique<Impl>(Impl{std::move(connection)}));
}

base::Result<std::vector<std::uint64_t>> Searcher::search(const SearchRequest& request,
                                                          const FindToken& find_token) {
  std::string sql = "SELECT seq FROM events WHERE log=?1 AND received>=?2 AND received<?3";
  std::vector<std::string> values;
  std::string words;
  for (const auto& term : request.terms) {
    if (term.column.empty()) {
      words += (words.empty() ? "" : " AND ") + fts_phrase(term.value);
      continue;
    }
    std::string value = term.value;
    if (term.personal && value.size() != 43) {
      TRY_ASSIGN(auto token, find_token(*term.personal, term.value));
      if (!token) return std::vector<std::uint64_t>{};
      value = std::move(*token);
    }
    if (value == "true" || value == "false") {
      // Booleans are kept as 1 and 0; a text column may hold the word.
      sql += fmt::format(" AND {0} IN (?{1}, {2})", term.column, 5 + values.size(), value == "true" ? 1 : 0);
    } else {
      sql += fmt::format(" AND {} = ?{}", term.column, 5 + values.size());
    }
    values.push_back(std::move(value));
  }
  if (!words.empty()) {
    sql += fmt::format(" AND place IN (SELECT rowid FROM words WHERE words MATCH ?{})", 5 + values.size());
    values.push_back(words);
  }
  sql += " ORDER BY place DESC LIMIT ?4";
  TRY_ASSIGN(auto statement, impl_->connection.prepare(sql));
  statement.bind(1, request.log).bind(2, request.from ? request.from->micros : INT64_MIN);
  statement.bind(3, request.before ? request.before->micros : INT64_MAX)
      .bind(4, static_cast<std::int64_t>(request.hits_max));
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_text(5 + static_cast<int>(i), values[i]);
  std::vector<std::uint64_t> hits;
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return hits;
    hits.push_back(static_cast<std::uint64_t>(statement.integer(0)));
  }
}

}  // namespace countersign::projection
