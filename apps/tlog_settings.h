#pragma once

#include "apps/secret_source.h"
#include "ledger/base/result.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::apps {

class Table;

/// What one `[[mirror]]` says: a log of another appliance that is copied here.
struct MirrorSettings {
  std::string name;
  std::string url;                       ///< the log's prefix
  std::vector<tree::NoteVerifier> keys;  ///< of the log, all under its name; one of type ed25519 at least
  SecretSource token;                    ///< not set: the log is open to everybody
  std::filesystem::path ca_file;
  std::int64_t every_s = 10;

  const std::string& origin() const { return keys.front().name(); }
};

/// What `[tlog]` and all `[[mirror]]` say of logs that are served, and copied, as C2SP tlog-tiles.
struct TlogSettings {
  bool open_checkpoint = false;  ///< to everybody
  bool open_tiles = false;
  std::vector<MirrorSettings> mirrors;
};

/// Reads them. invalid_argument names the first member that is wrong. No secret is read.
base::Result<TlogSettings> read_tlog(Table& top, const std::filesystem::path& folder);

/// The folder of a mirror: a file for each tile, as tlog-tiles names them.
std::filesystem::path mirror_folder(const std::filesystem::path& data, const std::string& name);

}  // namespace countersign::apps
