#pragma once

#include "ledger/base/result.h"
#include "ledger/store/append.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace countersign::apps {

/// System events that wait in memory for the system log. One thread at a time.
class WaitingEvents {
 public:
  /// An event as system_event() makes it. One that waits under the same id is replaced.
  void note(boost::json::object event);
  /// Appends what waits, at most `at_once` together, in the order of the times that they tell of, and by
  /// their ids within the same microsecond. What could not be appended waits on.
  base::Result<void> write(store::Appender& appender, std::size_t at_once);

 private:
  std::map<std::string, boost::json::object> events_;  ///< by id
};

}  // namespace countersign::apps
