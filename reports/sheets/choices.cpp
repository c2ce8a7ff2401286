#include "reports/sheets/choices.h"

#include "reports/sheets/reference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace countersign::sheets {
namespace {

constexpr std::size_t kValuesMax = 1'000;
// Names and cells that are looked at for the choices of a file.
constexpr std::uint64_t kStepsMax = 5'000'000;

using Values = std::vector<std::string>;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// `"Yes,No,""other"""`.
std::optional<Values> literal_values(std::string_view source) {
  if (source.size() < 2 || !source.ends_with('"')) return std::nullopt;
  Values values(1);
  for (std::size_t i = 1; i + 1 < source.size(); ++i) {
    if (source[i] == '"') {
      if (i + 2 >= source.size() || source[i + 1] != '"') return std::nullopt;
      ++i;
    }
    if (source[i] == ',') {
      values.emplace_back();
    } else {
      values.back().push_back(source[i]);
    }
  }
  for (auto& value : values) value = trimmed(value);
  std::erase(values, "");
  return values;
}

class Resolver {
 public:
  Resolver(const Package& package, const std::vector<Worksheet>& sheets)
      : package_(package), sheets_(sheets) {}

  /// What a formula of the sheet with that index lists. Absent where it cannot be told.
  const std::optional<Values>& values_of(const std::string& source, std::size_t sheet) {
    const auto [at, is_new] = known_.try_emplace({sheet, source});
    if (is_new) at->second = find(trimmed(source), sheet);
    if (at->second && (at->second->empty() || at->second->size() > kValuesMax)) at->second.reset();
    return at->second;
  }

 private:
  std::optional<Values> find(std::string_view source, std::size_t sheet) {
    if (source.starts_with('"')) return literal_values(source);
    if (source.starts_with('=')) source.remove_prefix(1);
    if (const auto reference = parse_reference(source)) return values_in(*reference, sheet);
    const DefinedName* found = nullptr;
    steps_ += package_.names().size();
    if (steps_ > kStepsMax) return std::nullopt;
    for (const auto& name : package_.names()) {
      const bool here = name.sheet && *name.sheet == package_.places()[sheet];
      if (same_sheet(name.name, source) && (here || (!name.sheet && found == nullptr))) found = &name;
      if (found == &name && here) break;
    }
    const auto reference = found == nullptr ? std::nullopt : parse_reference(found->target);
    return reference ? values_in(*reference, sheet) : std::nullopt;
  }

  std::optional<Values> values_in(const Reference& reference, std::size_t sheet) {
    const Sheet* from = reference.sheet.empty() ? &sheets_[sheet].sheet : nullptr;
    for (const auto& each : sheets_) {
      if (from == nullptr && same_sheet(each.sheet.name, reference.sheet)) from = &each.sheet;
    }
    if (from == nullptr) return std::nullopt;
    Values values;
    const auto& range = reference.range;
    auto row = std::lower_bound(from->rows.begin(), from->rows.end(), range.first_row,
                                [](const Row& each, std::uint32_t wanted) { return each.number < wanted; });
    for (; row != from->rows.end() && row->number <= range.last_row; ++row) {
      for (const auto& cell : row->cells) {
        if (++steps_ > kStepsMax || values.size() > kValuesMax) return std::nullopt;
        if (cell.column >= range.first_column && cell.column <= range.last_column && !cell.text.empty())
          values.push_back(cell.text);
      }
    }
    return values;
  }

  const Package& package_;
  const std::vector<Worksheet>& sheets_;
  std::map<std::pair<std::size_t, std::string>, std::optional<Values>> known_;
  std::uint64_t steps_ = 0;
};

}  // namespace

base::Result<std::uint64_t> resolve_choices(const Package& package, std::vector<Worksheet>& sheets,
                                            Budget& budget) {
  Resolver resolver(package, sheets);
  std::uint64_t untold = 0;
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    for (auto& validation : sheets[i].validations) {
      const auto& values = resolver.values_of(validation.source, i);
      untold += values ? 0 : 1;
      if (!values) continue;
      for (const auto& value : *values) TRY(budget.take_text(value));
      sheets[i].sheet.choices.push_back({std::move(validation.where), *values});
    }
  }
  return untold;
}

}  // namespace countersign::sheets
