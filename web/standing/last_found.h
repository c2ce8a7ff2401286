#pragma once

#include "ledger/base/time.h"
#include "web/standing/standing_run.h"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace countersign::standing {

/// For how long what a test found is told as the state of a control: tests come each day, and what was not
/// tested for longer is not known any more.
inline constexpr std::int64_t kFoundLasts_us = 8ll * 86'400 * 1'000'000;

/// What the last test of one control or detection found.
struct LastFound {
  Run::Control control;
  base::Timestamp from, until;  ///< what was tested, by when things happened
  base::Timestamp tested;
};

/// Of each control and detection what the newest of these tests found that tested it, by id. A test that is
/// older than kFoundLasts_us, or more than a day ahead of `now`, says nothing. Pure.
std::map<std::string, LastFound, std::less<>> last_found(std::span<const Run> runs, base::Timestamp now);

/// The word for a state of Run::Control in facts and records: `passed`, `failed`, `nothing`.
std::string_view word_of(std::string_view state);
/// The word for a control of which nothing is found.
inline constexpr std::string_view kUntested = "untested";

}  // namespace countersign::standing
