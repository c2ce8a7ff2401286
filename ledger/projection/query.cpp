#include "ledger/projection/query.h"

#include "ledger/projection/columns.h"

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
  if (path == "source" || path == "proof") return Term{std::string(path), std::move(value)};
  if (const auto* field = find_member(path))
    return Term{column_name(*field), std::move(value), field->personal};
  std::vector<std::string> known{"source", "proof"};
  for (const auto& field : record::kEventFields) known.push_back(path_of(field));
  return fail(Code::invalid_argument, fmt::format("there is no member '{}' to search by; there are: {}", path,
                                                  fmt::join(known, ", ")));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  base::Result<std::vector<Term>> read() {
    std::vector<Term> terms;
    while (at_ < text_.size()) {
      if (text_[at_] == ' ') {
        ++at_;
        continue;
      }
      if (terms.size() == kTermsMax)
        return fail(Code::invalid_argument, fmt::format("a query has at most {} terms", kTermsMax));
      // A line by itself is a word.
      const bool excluded = text_[at_] == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ' ';
      if (excluded) ++at_;
      TRY_ASSIGN(auto term, next());
      term.excluded = excluded;
      if (!term.column.empty() || !term.value.empty()) terms.push_back(std::move(term));
    }
    return terms;
  }

 private:
  base::Result<Term> next() {
    const auto stop = text_.find_first_of(": \"", at_);
    if (stop != std::string_view::npos && text_[stop] == ':' && stop > at_) {
      const auto path = text_.substr(at_, stop - at_);
      at_ = stop + 1;
      TRY_ASSIGN(auto value, take_value());
      if (value.empty()) return fail(Code::invalid_argument, fmt::format("'{}:' has no value", path));
      return member_term(path, std::move(value));
    }
    Term word;
    TRY_ASSIGN(word.value, take_value());
    if (at_ < text_.size() && text_[at_] == '*') {
      word.prefix = true;
      ++at_;
    } else if (word.value.size() > 1 && word.value.back() == '*' && text_[at_ - 1] == '*') {
      word.prefix = true;
      word.value.pop_back();
    }
    return word;
  }

  base::Result<std::string> take_value() {
    if (at_ < text_.size() && text_[at_] == '"') {
      const auto end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos)
        return fail(Code::invalid_argument, fmt::format("the quote at character {} is not closed", at_ + 1));
      std::string value(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return value;
    }
    const auto end = std::min(text_.find(' ', at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

base::Result<std::vector<Term>> parse_query(std::string_view text) { return Reader(text).read(); }

}  // namespace countersign::projection
