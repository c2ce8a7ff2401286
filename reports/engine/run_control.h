#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"
#include "reports/engine/workspace.h"

#include <cstddef>
#include <vector>

namespace countersign::reports {

struct RunLimits {
  std::size_t exceptions_shown = 1'000;
  std::size_t rows_shown = 10'000;  ///< of a listing
};

/// Everything that a control tests, sorted. One of both is empty.
struct Population {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;

  std::size_t size() const { return numbers.size() + texts.size(); }
  Cell at(std::size_t index) const;
  bool contains(const Cell& item) const;
  base::Digest sha256() const;
};

/// Runs a control's or detection's queries with the values of its parameters. invalid_argument, with file and
/// line, for a population that holds an item twice, or items of two kinds, and for exceptions that are not of
/// the population or have no record; resource_exhausted where a query takes more steps than the number of
/// records allows.
base::Result<ControlResult> run_control(Workspace& workspace, const Definition& control,
                                        const RunLimits& limits);
/// The same for who has the population already.
base::Result<ControlResult> run_control(Workspace& workspace, const Definition& control,
                                        const Population& population, const RunLimits& limits);
/// The population alone, to draw samples of.
base::Result<Population> read_population(Workspace& workspace, const Definition& control);

/// The row of an exceptions query at which a statement stands. invalid_argument where it is none.
base::Result<Exception> read_exception(const sqlite::Statement& row, const Query& query);

/// Runs a listing's query. invalid_argument for a cell that is neither a whole number nor text.
base::Result<Listing> run_listing(Workspace& workspace, const Definition& listing, const RunLimits& limits);

}  // namespace countersign::reports
