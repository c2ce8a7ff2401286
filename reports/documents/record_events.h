#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/documents/document.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace countersign::documents {

/// Who does something: an account's id or the account of the machine, and what an event says of it: `actor`,
/// and `device`, `session` and `challenge` where there are any.
struct By {
  std::string name;
  boost::json::object members;
};

/// Events of the system log, as ledger/FORMAT.md says; none holds a personal value in the clear: owners stand
/// under `attributes`, where tokens take their place.
struct EventOf {
  std::string id;  ///< makes it idempotent
  base::Timestamp time;

  boost::json::object added(const Document& document, const By& by) const;
  boost::json::object added(const Document& document, const Version& version, const By& by) const;
  /// `before` is what it was.
  boost::json::object changed(const Document& document, const Document& before, const By& by) const;
  boost::json::object withdrawn(const Document& document, const Version& version, std::string_view reason,
                                const By& by) const;
  /// `context` is added to what is said of the version.
  boost::json::object viewed(const Document& document, const Version& version, std::string_view context,
                             const By& by) const;
  boost::json::object accepted(const Document& nda, const Version& version, const By& by) const;
  /// `days` before the last one, of which `left` are left.
  boost::json::object expiring(const Document& document, const Version& version, std::int64_t days,
                               std::int64_t left) const;
  boost::json::object expired(const Document& document, const Version& version) const;
};

/// That the system log will take an event, so that nothing waits for good. internal: it will not.
base::Result<void> check_event(const boost::json::object& event);

}  // namespace countersign::documents
