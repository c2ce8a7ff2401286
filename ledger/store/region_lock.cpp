#include "ledger/store/region_lock.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

namespace countersign::store {

using base::Code;
using base::fail;

base::Result<RegionLock> RegionLock::take(const std::filesystem::path& lock_file) {
  TRY_ASSIGN(auto file, base::OpenFile::open(lock_file, O_RDWR | O_CREAT, 0640));
  const int fd = file.descriptor();
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
  return RegionLock(std::move(file));
}

}  // namespace countersign::store
