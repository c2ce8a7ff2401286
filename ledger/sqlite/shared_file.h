#pragma once

#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::sqlite {

/// A kind of file that several processes write, one after another.
struct SharedFileKind {
  std::uint32_t application_id = 0;  ///< tells it from other SQLite files
  std::int64_t version = 1;
  std::string schema;                      ///< makes the tables
  std::string what;                        ///< it holds, as in `holds no accounts`
  std::vector<std::string> upgrades = {};  ///< the first makes version 2 of version 1
};

/// Opens a file of that kind, with a rollback journal and for its owner alone, and makes it where it is
/// missing or brings it to this version. data_loss: another kind of file. failed_precondition: a newer
/// version made it. Else as Connection::open.
base::Result<Connection> open_shared_file(const std::filesystem::path& file, const SharedFileKind& kind);

}  // namespace countersign::sqlite
