#include "reports/engine/run_control.h"

#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "reports/engine/guarded_run.h"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::reports {
namespace {

using base::fail;

/// A record's number, or a JSON array of them.
base::Result<std::vector<std::uint64_t>> records_of(const sqlite::Statement& row, int column,
                                                    const Query& query) {
  const auto wrong = [&] {
    return fail(
        fault_in(query, fmt::format("the column '{}' must hold a record's number or a JSON array of them",
                                    row.column_name(column))));
  };
  std::vector<std::uint64_t> out;
  if (row.is_null(column)) return out;
  if (row.is_integer(column)) {
    if (row.integer(column) < 0) return wrong();
    out.push_back(static_cast<std::uint64_t>(row.integer(column)));
    return out;
  }
  const auto parsed = base::parse_json(row.text(column), {.depth_max = 2});
  const auto* numbers = parsed ? parsed->value.if_array() : nullptr;
  if (numbers == nullptr) return wrong();
  for (const auto& one : *numbers) {
    if (!one.is_int64() || one.get_int64() < 0) return wrong();
    out.push_back(static_cast<std::uint64_t>(one.get_int64()));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// In the order of items, as the population.
bool before(const Exception& a, const Exception& b) { return a.item < b.item; }

}  // namespace

base::Result<Exception> read_exception(const sqlite::Statement& row, const Query& query) {
  Exception out;
  TRY_ASSIGN(out.item, cell_of(row, 0, query));
  TRY_ASSIGN(out.records, records_of(row, 1, query));
  TRY_ASSIGN(const auto observed, cell_of(row, 2, query));
  out.observed = to_text(observed);
  if (row.column_count() > 3) {
    TRY_ASSIGN(out.system_records, records_of(row, 3, query));
  }
  return out;
}

Cell Population::at(std::size_t index) const {
  return numbers.empty() ? Cell(texts[index]) : Cell(numbers[index]);
}

bool Population::contains(const Cell& item) const {
  if (const auto* number = std::get_if<std::int64_t>(&item))
    return std::binary_search(numbers.begin(), numbers.end(), *number);
  const auto* text = std::get_if<std::string>(&item);
  return text != nullptr && std::binary_search(texts.begin(), texts.end(), *text);
}

base::Digest Population::sha256() const {
  crypto::Sha256 hash;
  fmt::memory_buffer lines;
  for (std::size_t i = 0; i < size(); ++i) {
    numbers.empty() ? fmt::format_to(std::back_inserter(lines), "{}\n", texts[i])
                    : fmt::format_to(std::back_inserter(lines), "{}\n", numbers[i]);
    if (lines.size() < 65'536) continue;
    hash.update(base::bytes_of({lines.data(), lines.size()}));
    lines.clear();
  }
  hash.update(base::bytes_of({lines.data(), lines.size()}));
  return hash.finish();
}

base::Result<Population> read_population(Workspace& workspace, const Definition& control) {
  Population out;
  const auto& query = control.population;
  TRY(run_guarded(workspace, control, query, [&](sqlite::Statement& row) -> base::Result<void> {
    if (row.is_integer(0)) {
      out.numbers.push_back(row.integer(0));
    } else if (row.is_text(0)) {
      out.texts.emplace_back(row.text(0));
    } else {
      return fail(fault_in(query, "an item of the population is neither a whole number nor text"));
    }
    return {};
  }));
  if (!out.numbers.empty() && !out.texts.empty())
    return fail(fault_in(query, "some items of the population are numbers and some are texts"));
  std::sort(out.numbers.begin(), out.numbers.end());
  std::sort(out.texts.begin(), out.texts.end());
  const auto number = std::adjacent_find(out.numbers.begin(), out.numbers.end());
  const auto text = std::adjacent_find(out.texts.begin(), out.texts.end());
  if (number != out.numbers.end() || text != out.texts.end())
    return fail(fault_in(query, fmt::format("the item {} stands in the population twice",
                                            number != out.numbers.end() ? std::to_string(*number) : *text)));
  return out;
}

base::Result<ControlResult> run_control(Workspace& workspace, const Definition& control,
                                        const RunLimits& limits) {
  TRY_ASSIGN(const auto population, read_population(workspace, control));
  return run_control(workspace, control, population, limits);
}

base::Result<ControlResult> run_control(Workspace& workspace, const Definition& control,
                                        const Population& population, const RunLimits& limits) {
  ControlResult out;
  out.control = control;
  out.population = population.size();
  out.population_sha256 = population.sha256();
  const auto& query = control.exceptions;
  std::vector<Exception> all;
  TRY(run_guarded(workspace, control, query, [&](sqlite::Statement& row) -> base::Result<void> {
    TRY_ASSIGN(auto one, read_exception(row, query));
    if (!population.contains(one.item))
      return fail(fault_in(query, fmt::format("the exception '{}' is not of the population of {} {}",
                                              to_text(one.item), population.size(), control.unit)));
    if (one.records.empty() && one.system_records.empty() && one.observed.empty())
      return fail(
          fault_in(query, fmt::format("the exception '{}' says neither which records show it nor what was "
                                      "observed",
                                      to_text(one.item))));
    all.push_back(std::move(one));
    return {};
  }));
  std::sort(all.begin(), all.end(), before);
  const auto twin = std::adjacent_find(
      all.begin(), all.end(), [](const Exception& a, const Exception& b) { return a.item == b.item; });
  if (twin != all.end())
    return fail(fault_in(query, fmt::format("the exception '{}' stands there twice", to_text(twin->item))));
  out.exceptions_total = all.size();
  if (all.size() > limits.exceptions_shown) all.resize(limits.exceptions_shown);
  out.exceptions = std::move(all);
  out.outcome = out.exceptions_total > 0 ? Outcome::exceptions
                : out.population > 0     ? Outcome::no_exceptions
                                         : Outcome::nothing_to_test;
  return out;
}

base::Result<Listing> run_listing(Workspace& workspace, const Definition& listing, const RunLimits& limits) {
  Listing out;
  out.listing = listing;
  TRY(run_guarded(workspace, listing, listing.rows, [&](sqlite::Statement& row) -> base::Result<void> {
    if (++out.rows_total > limits.rows_shown) return {};
    std::vector<Cell> cells;
    for (int i = 0; i < row.column_count(); ++i) {
      TRY_ASSIGN(auto cell, cell_of(row, i, listing.rows));
      cells.push_back(std::move(cell));
    }
    out.rows.push_back(std::move(cells));
    return {};
  }));
  return out;
}

}  // namespace countersign::reports
