#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/secret.h"
#include "ledger/store/schema.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::backup {

/// Where the small files of a region and of its appliance are.
struct SmallFilePlaces {
  store::RegionFiles region;
  std::filesystem::path registry;        ///< a file
  std::filesystem::path erasures;        ///< the memory of erasures, a folder
  std::filesystem::path holds;           ///< a folder
  std::filesystem::path retention = {};  ///< the rules, a file; empty: there are none
};

/// The small files, whole: name and content of each.
struct SmallFiles {
  using Folder = std::map<std::string, std::string>;
  std::string registry;   ///< empty: there was none
  std::string retention;  ///< empty: there were none
  Folder erasures;        ///< what was erased until then, so that a later snapshot tells it of an earlier one
  Folder holds;
  Folder orders;  ///< to erase, not carried out yet
  Folder outbox;  ///< system events that are not in the log yet
  /// The key-encryption keys that what is in the snapshot may stand under, so that it is opened where another
  /// has taken over. 64 hexadecimal digits each; empty in snapshots of older versions.
  std::vector<std::string> key_encryption_keys;

  bool operator==(const SmallFiles&) const = default;
};

/// Reads them as they are now.
base::Result<SmallFiles> read_small_files(const SmallFilePlaces& places);

/// As one text for a snapshot, and back. data_loss for a text that is none; a name that could lead elsewhere
/// is none.
std::string format_small_files(const SmallFiles& files);
base::Result<SmallFiles> parse_small_files(std::string_view text);

/// The key-encryption keys of a snapshot. data_loss where one is none.
base::Result<std::vector<crypto::Secret>> key_encryption_keys(const SmallFiles& files);

/// Adds the files that are not there yet, durably; what is there is never changed.
base::Result<void> add_files(const SmallFiles::Folder& files, const std::filesystem::path& folder);

}  // namespace countersign::backup
