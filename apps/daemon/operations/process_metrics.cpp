#include "apps/daemon/operations/process_metrics.h"

#include "collector/http/descriptors.h"
#include "ledger/crypto/library.h"
#include "ledger/sqlite/connection.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::apps {
namespace {

using enum base::MetricType;

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The `index`-th word of a text, from 0, as a number.
std::optional<std::int64_t> word(std::string_view text, std::size_t index) {
  for (; index > 0 && !text.empty(); --index)
    text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

/// The words of /proc/self/stat behind the program's name, which may hold spaces: the first is the state,
/// field 3 of proc(5).
std::string stat_fields() {
  const auto text = text_of("/proc/self/stat");
  const auto end = text.rfind(')');
  return end == std::string::npos || end + 2 > text.size() ? std::string() : text.substr(end + 2);
}

constexpr std::size_t field(std::size_t of_proc_5) { return of_proc_5 - 3; }

std::int64_t started_at() {
  timespec now{}, since_boot{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const auto ticks = word(stat_fields(), field(22)).value_or(0);
  return now.tv_sec - since_boot.tv_sec + ticks / ::sysconf(_SC_CLK_TCK);
}

/// How many there are; empty where there is none left to count them with.
std::optional<std::int64_t> count_fds() {
  std::error_code error;
  std::filesystem::directory_iterator at("/proc/self/fd", error);
  std::int64_t count = 0;
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) ++count;
  // The one that counts is not meant.
  return error ? std::nullopt : std::optional(count - 1);
}

}  // namespace

ProcessMetrics::ProcessMetrics(base::Metrics& metrics)
    : open_fds_(metrics.get("process_open_fds", "Number of open file descriptors", gauge)),
      max_fds_(metrics.get("process_max_fds", "Maximum number of open file descriptors", gauge)),
      resident_(metrics.get("process_resident_memory_bytes", "Resident memory size in bytes", gauge)),
      virtual_(metrics.get("process_virtual_memory_bytes", "Virtual memory size in bytes", gauge)),
      threads_(metrics.get("process_threads", "Number of threads", gauge)),
      cpu_(metrics.get("process_cpu_seconds_total", "Total user and system CPU time spent in seconds",
                       counter)) {
  metrics.get("process_start_time_seconds", "Start time of the process since unix epoch in seconds", gauge)
      .set(started_at());
  metrics
      .get("countersign_build_info", "1; what runs is in the labels", gauge,
           {{"version", COUNTERSIGN_VERSION},
            {"sqlite", std::string(sqlite::library_version())},
            {"openssl", std::string(crypto::library_version())}})
      .set(1);
  look();
}

void ProcessMetrics::look() {
  if (const auto most = http::descriptors_max()) max_fds_.set(static_cast<std::int64_t>(*most));
  open_fds_.set(count_fds().value_or(max_fds_.value()));
  const auto memory = text_of("/proc/self/statm");
  const auto page = ::sysconf(_SC_PAGESIZE);
  if (const auto pages = word(memory, 0)) virtual_.set(*pages * page);
  if (const auto pages = word(memory, 1)) resident_.set(*pages * page);
  if (const auto count = word(stat_fields(), field(20))) threads_.set(*count);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) cpu_.set(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
}

}  // namespace countersign::apps
