#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace countersign::apps {

/// A progress bar on standard error: shown only on a terminal, and only once the work has taken a second.
/// Clear it before a result is printed, so that results stand alone; it also clears when it goes.
class Progress {
 public:
  /// `total` in units of show(); 0 where it is not known (yet): then a count is shown.
  explicit Progress(std::string what, std::uint64_t total = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t done);
  void show(std::uint64_t done, std::uint64_t total) {
    total_ = total;
    show(done);
  }
  /// Takes the bar off the terminal.
  void clear();

 private:
  const std::string what_;
  std::uint64_t total_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace countersign::apps
