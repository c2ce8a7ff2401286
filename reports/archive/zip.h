#pragma once

#include "ledger/base/result.h"
#include "reports/archive/limits.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::archive {

/// One entry of an archive, as both of its headers have it.
struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, inflated = 0;
  std::uint64_t offset = 0, data = 0,
                end = 0;  ///< of the local header, of the packed bytes, of where the next one begins
  std::uint64_t central = 0, central_end = 0;  ///< its record of the central directory
  bool is_folder() const { return name.ends_with('/'); }
};

/// A zip archive (PKWARE APPNOTE 6.3) in memory, read by its central directory and refused where the local
/// headers say anything else, so that every program sees the same files in it. Holds a view of the bytes.
/// Thread-safe.
class Zip {
 public:
  /// Takes a piece of an entry; an error ends the inflating.
  using Sink = std::function<base::Result<void>(std::string_view)>;

  /// invalid_argument for an archive that is damaged, split, encrypted or ambiguous (entries of one name
  /// without regard to case, entries that overlap, bytes in front), or that names what is not below it;
  /// resource_exhausted for a limit.
  static base::Result<Zip> open(std::string_view bytes, const Limits& limits);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// What stands behind its end; some other file could.
  std::string_view comment() const { return comment_; }
  /// By its name, else by its name without regard to case; null where there is none.
  const ZipEntry* find(std::string_view name) const;

  /// Hands out an entry's bytes in pieces of at most 64 KiB. invalid_argument where they are not what the
  /// headers say.
  base::Result<void> inflate(const ZipEntry& entry, const Sink& sink) const;
  base::Result<std::string> read(const ZipEntry& entry) const;

  /// The archive with other bytes for some entries, by their names. All other entries are copied as they are
  /// packed.
  base::Result<std::string> with(const std::map<std::string, std::string>& replaced) const;

 private:
  Zip(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}
  base::Result<void> find_directory();
  base::Result<void> read_directory();
  base::Result<void> check_local(ZipEntry& entry) const;
  base::Result<void> check_places();

  std::string_view bytes_;
  Limits limits_;
  std::vector<ZipEntry> entries_;               ///< in the directory's order
  std::map<std::string, std::size_t> by_name_;  ///< in lower case
  std::uint64_t count_ = 0, directory_ = 0, directory_end_ = 0;
  std::string_view comment_;
};

}  // namespace countersign::archive
