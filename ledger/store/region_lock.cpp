#include "ledger/store/region_lock.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace countersign::store {

using base::Code;
using base::fail;

base::Result<RegionLock> RegionLock::take(const std::filesystem::path& lock_file) {
  const int fd = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0)
    return fail(Code::internal, fmt::format("cannot open {}: {}", lock_file.string(),
                                            std::generic_category().message(errno)));
  RegionLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const auto count = ::pread(fd, holder, sizeof holder - 1, 0);
    return fail(
        Code::failed_precondition,
        fmt::format(
            "the store in {} is in use by process {}; a store has one writer: stop that process first",
            lock_file.parent_path().string(), count > 0 ? holder : "(unknown)"));
  }
  const auto pid = fmt::format("{}", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0)
    return fail(Code::internal, fmt::format("cannot write {}", lock_file.string()));
  return lock;
}

RegionLock::RegionLock(RegionLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RegionLock::~RegionLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace countersign::store
