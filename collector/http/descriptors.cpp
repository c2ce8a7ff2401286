#include "collector/http/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace countersign::http {
namespace {

constexpr std::size_t kReserveMax = 64;
constexpr std::size_t kUsual = 1'024;

}  // namespace

std::optional<std::size_t> descriptors_max() {
  constexpr std::string_view kName = "Max open files";
  std::ifstream in("/proc/self/limits");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kName)) continue;
    const auto at = line.find_first_of("0123456789");
    if (at == std::string::npos) return std::nullopt;
    return std::strtoull(line.c_str() + at, nullptr, 10);
  }
  return std::nullopt;
}

DescriptorReserve::DescriptorReserve() : most_(descriptors_max().value_or(kUsual)) {}

bool DescriptorReserve::leaves_room(int descriptor) const {
  // The lowest that is free is given: all below are in use.
  const int lowest = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (lowest < 0) return false;
  ::close(lowest);
  rlimit limit{};
  const auto most = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::size_t{limit.rlim_cur} : most_;
  return static_cast<std::size_t>(lowest) < most - std::min(kReserveMax, most / 4);
}

}  // namespace countersign::http
