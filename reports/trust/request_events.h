#pragma once

#include "ledger/base/time.h"
#include "reports/documents/record_events.h"
#include "reports/trust/requests.h"

#include <boost/json/object.hpp>

#include <string>

namespace countersign::trust {

/// Events of the system log, as ledger/FORMAT.md says. Who asks stands under `actor` and `attributes`, where
/// tokens take the place of values.
struct EventOf {
  std::string id;  ///< makes it idempotent
  base::Timestamp time;

  boost::json::object requested(const std::string& request, const Wish& wish,
                                const boost::json::object& device) const;
  boost::json::object approved(const std::string& request, const Grant& grant, const documents::By& by) const;
  boost::json::object refused(const std::string& request, const std::string& reason,
                              const documents::By& by) const;
  boost::json::object expired(const std::string& request) const;
};

}  // namespace countersign::trust
