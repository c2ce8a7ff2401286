#include "apps/countersign/resume.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <charconv>
#include <cstdlib>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kStateBytesMax = 4096;

std::filesystem::path state_folder() {
  if (const char* set = std::getenv("XDG_STATE_HOME"); set != nullptr && *set != '\0')
    return std::filesystem::path(set) / "countersign";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/tmp") / ".local" / "state" / "countersign";
}

std::string stamp_of(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return {};
  return fmt::format("{} {}.{:09}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

}  // namespace

Resume::Resume(const std::filesystem::path& file, const std::string& how) : stamp_(stamp_of(file)) {
  const auto whole = std::filesystem::weakly_canonical(file).string();
  const auto name = base::to_hex(crypto::sha256(whole + "\n" + how).view());
  state_ = state_folder() / ("ingest-" + name.substr(0, 32));
  const auto text = base::read_file(state_, kStateBytesMax);
  if (!text) return;
  const auto end = text->find('\n');
  if (end == std::string::npos || text->substr(0, end) != stamp_) {
    changed_ = true;
    return;
  }
  std::from_chars(text->data() + end + 1, text->data() + text->size(), rows_);
}

base::Result<void> Resume::save(std::uint64_t rows) {
  rows_ = rows;
  TRY(base::make_folders_durably(state_.parent_path()));
  return base::write_file_durably(state_, fmt::format("{}\n{}\n", stamp_, rows), base::FileMode::secret);
}

void Resume::finish() {
  std::error_code ignored;
  std::filesystem::remove(state_, ignored);
}

}  // namespace countersign::apps
