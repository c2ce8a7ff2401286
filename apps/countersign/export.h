#pragma once

#include "apps/countersign/command.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// What is to be exported; times in RFC 3339.
struct ExportOptions {
  std::string tenant, from, to, output, region, requested_by, query;
  std::string destination;          ///< region or country that the bundle goes to; empty: the region itself
  std::vector<std::string> filter;  ///< member=value
  std::string format;               ///< zip or tar.zst; empty: by the output's name
  bool redact = false;
  std::string profile;  ///< of record::Profile; empty: what the policy says
  std::string role = "admin";
  std::string disclose_kinds, disclose_records, recipient;
  std::optional<std::vector<std::string>> only_tokens = {};  ///< that are opened; absent: all
};

/// Writes a bundle, records the export in the system log and prints what it holds.
base::Result<int> export_now(const Context& context, const ExportOptions& options);

}  // namespace countersign::apps
