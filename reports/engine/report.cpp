#include "reports/engine/report.h"

#include <fmt/format.h>

namespace countersign::reports {
namespace {

/// 1204567 as 1,204,567.
std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::no_exceptions:
      return "no_exceptions";
    case Outcome::exceptions:
      return "exceptions";
    case Outcome::nothing_to_test:
      break;
  }
  return "nothing_to_test";
}

std::string ControlResult::wording() const {
  switch (outcome) {
    case Outcome::no_exceptions:
      return fmt::format("No exceptions noted in {} {} tested.", grouped(population), control.unit);
    case Outcome::exceptions:
      return fmt::format("Exception noted: {} of {} {}.", grouped(exceptions_total), grouped(population),
                         control.unit);
    case Outcome::nothing_to_test:
      break;
  }
  return fmt::format("Nothing to test: there were no {} in the period.", control.unit);
}

}  // namespace countersign::reports
