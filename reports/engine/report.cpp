#include "reports/engine/report.h"

#include "reports/engine/grouped.h"

#include <fmt/format.h>

namespace countersign::reports {
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
