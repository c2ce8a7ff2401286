#pragma once

#include "apps/daemon/logging.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace countersign::apps {

/// Makes the log of this process what the daemon makes it, once.
inline void log_as_the_daemon_does() {
  static const bool once = (set_up_logging(), true);
  EXPECT_TRUE(once);
}

/// What is logged between its making and take().
class Lines {
 public:
  Lines() {
    log_as_the_daemon_does();
    ::testing::internal::CaptureStderr();
  }
  std::vector<boost::json::object> take() const {
    std::vector<boost::json::object> out;
    std::istringstream text(::testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(text, line);) {
      auto parsed = base::parse_json(line, {.depth_max = 2});
      if (!parsed) {
        ADD_FAILURE() << "no JSON: " << line;
        continue;
      }
      out.push_back(parsed->value.as_object());
    }
    return out;
  }
};

}  // namespace countersign::apps
