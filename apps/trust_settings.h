#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::apps {

class Table;

/// What `[trust]` says.
struct TrustSettings {
  bool enabled = false;               ///< there is a page at all
  std::string vendor;                 ///< as the page names him
  std::string tenant;                 ///< whose evidence it shows
  std::vector<std::string> controls;  ///< ids of those that it tells of, each once
  std::string contact;                ///< a mail address or an https address; may be empty
  bool requests = true;               ///< access can be asked for there
  std::int64_t login_days = 14;       ///< for how long who is let in may sign in, where nobody says otherwise
  std::int64_t keep_days = 30;        ///< for how long a request waits, and one that came to nothing is kept
};

/// Reads `[trust]`. Without `controls` there are all that are part of the program and support a criterion.
/// invalid_argument: a member is not as it must be, or there is no such one.
base::Result<TrustSettings> read_trust(Table& top);

}  // namespace countersign::apps
