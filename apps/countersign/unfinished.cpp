#include "apps/countersign/unfinished.h"

#include "ledger/base/types.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

fs::path marker_of(const ApplianceLayout& layout) {
  return layout.config.parent_path() / ".countersign-init";
}

/// Whether the open file is still the one of that name: the run that had it locked may have removed it.
bool is_there(const base::OpenFile& file) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.descriptor(), &open) == 0 && ::lstat(file.path().c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

constexpr std::array<std::string_view, 7> kKeyFiles{"log.key", "clock.key",  "vault.key", "tls.key",
                                                    "tls.pem", "signer.key", "signer.pem"};

/// Of a durable write that was cut short.
bool is_temporary(std::string_view name) { return name.starts_with('.') && name.ends_with(".tmp"); }

/// Whether a folder holds anything but what is temporary and what is named.
bool holds_more(const fs::path& folder, const std::function<bool(const std::string&)>& expected) {
  std::error_code ignored;
  const fs::directory_iterator entries(folder, ignored);
  return std::any_of(begin(entries), end(entries), [&](const fs::directory_entry& entry) {
    const auto name = entry.path().filename().string();
    return name != "lost+found" && !is_temporary(name) && !expected(name);
  });
}

/// What a durable write that was cut short leaves beside a file whose name has `of` in it.
void remove_temporary(const fs::path& folder, std::string_view of) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (is_temporary(name) && name.find(of) != std::string::npos) found.push_back(entry.path());
  }
  for (const auto& path : found) fs::remove(path, ignored);
}

}  // namespace

bool Unfinished::is_marked(const ApplianceLayout& layout) {
  std::error_code ignored;
  return fs::exists(marker_of(layout), ignored);
}

base::Result<Unfinished> Unfinished::begin(const ApplianceLayout& layout) {
  for (;;) {
    TRY_ASSIGN(auto file, base::OpenFile::open(marker_of(layout), O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0)
      return fail(Code::unavailable, fmt::format("another countersign init is at work in {}; wait for it",
                                                 layout.config.parent_path().string()));
    if (!is_there(file)) continue;
    char text[128];
    TRY_ASSIGN(const auto count, file.read(text, sizeof text));
    std::string region(text, count);
    // What was cut short while it was written was written before anything was made.
    if (!region.ends_with('\n')) region.clear();
    if (!region.empty()) region.pop_back();
    if (!region.empty()) TRY(base::parse_region(region));
    return Unfinished(std::move(file), std::move(region));
  }
}

base::Result<void> Unfinished::note(const std::string& region) {
  if (::ftruncate(file_.descriptor(), 0) != 0 || ::lseek(file_.descriptor(), 0, SEEK_SET) != 0)
    return base::os_error("write", file_.path());
  TRY(file_.write(region + "\n"));
  return file_.sync();
}

bool Unfinished::is_in_use(const ApplianceLayout& layout, const std::string& region) {
  // The daemon remembers in the folder of heads what it signs; commands and the daemon keep their books
  // beside the regions; what else has to be secret is put beside the keys.
  return holds_more(layout.heads, [](const std::string&) { return false; }) ||
         holds_more(layout.data,
                    [&](const std::string& name) { return name == region || name == "kek.lock"; }) ||
         holds_more(layout.keys, [](const std::string& name) {
           return std::find(kKeyFiles.begin(), kKeyFiles.end(), name) != kKeyFiles.end();
         });
}

void Unfinished::take_away(const ApplianceLayout& layout, const std::string& region) {
  std::error_code ignored;
  for (const auto name : kKeyFiles) fs::remove(layout.keys / name, ignored);
  remove_temporary(layout.keys, "");
  fs::remove_all(layout.data / region, ignored);
  fs::remove(layout.data / "kek.lock", ignored);
  if (layout.owner) return;
  for (const auto& folder : {layout.keys, layout.data, layout.heads}) fs::remove(folder, ignored);
}

void Unfinished::take_away_drafts(const ApplianceLayout& layout) {
  const auto folder = layout.config.parent_path();
  remove_temporary(folder, layout.config.filename().string());
  std::error_code ignored;
  fs::remove(draft_of(layout), ignored);
}

void Unfinished::end() {
  ::unlink(file_.path().c_str());
  // Where this fails the marker may come back after a power cut; is_in_use() knows it then.
  if (auto folder = base::OpenFile::open(file_.path().parent_path(), O_RDONLY | O_DIRECTORY))
    static_cast<void>(folder->sync());
}

}  // namespace countersign::apps
