#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/engine/report.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// The standing of controls: what the last test of all of a tenant's controls found, and those before.
namespace countersign::standing {

/// One test of all controls of a tenant, as a line of its history tells it.
struct Run {
  struct Control {
    std::string state;  ///< `passing`, `failing` or `nothing_to_test`
    std::uint64_t population = 0, exceptions = 0;
  };
  base::Timestamp time;                                  ///< when it was made
  base::Timestamp from, until;                           ///< what was tested, by when things happened
  std::uint64_t records = 0;                             ///< of the log, that were looked at
  std::string report_sha256;                             ///< of the report's text, in hexadecimal
  std::map<std::string, Control, std::less<>> controls;  ///< controls and detections, by id
};

std::string_view state_of(reports::Outcome outcome);

/// What a report says, in short. `text` is the report's (reports::to_json_text).
Run run_of(const reports::Report& report, std::string_view text, base::Timestamp time);

/// One line, without a line feed, and back. data_loss for any other text.
std::string to_line(const Run& run);
base::Result<Run> read_line(std::string_view line);

}  // namespace countersign::standing
