#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace countersign::verify {

struct UnpackLimits {
  std::size_t files_max = 10'000;
  std::uint64_t bytes_max = std::uint64_t{1} << 40;  ///< of all files together, unpacked
  /// Where a private folder is made for an archive's files; empty: the system's folder for temporary files.
  std::filesystem::path work_folder = {};
};

/// A file of a bundle as it was found.
struct BundleFile {
  std::filesystem::path path;  ///< where its bytes can be read now
  std::uint64_t bytes = 0;
  base::Digest sha256;
};

/// The files of a bundle, by their path below the bundle's folder. What was unpacked for it is removed when
/// it goes.
class OpenedBundle {
 public:
  ~OpenedBundle();
  OpenedBundle(OpenedBundle&&) noexcept = default;
  OpenedBundle& operator=(OpenedBundle&&) = delete;

  const std::map<std::string, BundleFile, std::less<>>& files() const { return files_; }
  const BundleFile* find(std::string_view name) const;
  /// A file that is small by its nature, whole; data_loss where it is missing or over `bytes_max`.
  base::Result<std::string> read(std::string_view name, std::uint64_t bytes_max = 16u << 20) const;

 private:
  friend class BundleOpener;
  OpenedBundle() = default;

  std::map<std::string, BundleFile, std::less<>> files_;
  std::filesystem::path temporary_;  ///< empty where nothing was unpacked
};

/// Opens a bundle: a `.zip`, a `.tar.zst` or `.tar` (told apart by their content), or an unpacked folder. The
/// input is not trusted: names that lead elsewhere, links, devices, a name that stands twice, a second top
/// folder, damage, or more files or bytes than the limits allow are data_loss; nothing is written outside of
/// a private folder, and there under names of our own. not_found where there is nothing at `path`. `progress`
/// gets the bytes unpacked.
base::Result<OpenedBundle> open_bundle(const std::filesystem::path& path, const UnpackLimits& limits,
                                       const std::function<void(std::uint64_t)>& progress);

}  // namespace countersign::verify
