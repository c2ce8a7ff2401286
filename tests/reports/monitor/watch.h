#pragma once

#include "reports/monitor/monitor.h"
#include "tests/reports/engine/tale.h"
#include "tests/reports/monitor/index_of.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::testing {

/// A tale that is told while a monitor listens.
class Watch {
 public:
  using Change = std::function<void(monitor::Monitor::Options&)>;

  /// `change` alters how the monitor is opened, each time that it is.
  explicit Watch(Change change = {});

  Tale tale;

  /// Judges what was told since, in one run, and gives what was found: `CODE-GUESSING 9`.
  std::vector<std::string> listen();
  /// As listen(), until that record, without it.
  std::vector<std::string> listen_until(std::uint64_t end);
  /// Judges what was over at a time.
  std::vector<std::string> pass_time(std::string_view time);
  /// Opens another monitor where this one stands.
  void restart();
  /// Opens another one that begins at the end of what was told.
  void begin_here(std::string_view time);

  monitor::Monitor& monitor() { return *monitor_; }
  /// Everything that was found, in full.
  const std::vector<monitor::Finding>& found() const { return found_; }

 private:
  void take_in();
  void open(const monitor::Position& position);
  std::vector<std::string> note(base::Result<std::vector<monitor::Finding>> findings);

  const Change change_;
  IndexOf index_{{}};
  std::unique_ptr<monitor::Monitor> monitor_;
  std::vector<monitor::Finding> found_;
};

}  // namespace countersign::testing
