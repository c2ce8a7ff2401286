#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::witness {

/// What a witness has cosigned last, for each origin: one SQLite file, which belongs to one key. A witness
/// that forgot would sign a second history, so the file is made once, with the key, and never by itself
/// (ledger/FORMAT.md). One thread at a time; several processes may have it open.
class WitnessState {
 public:
  /// Makes the file for a key that has cosigned nothing. already_exists where there is one.
  static base::Result<void> create(const std::filesystem::path& file, const tree::NoteVerifier& key);

  /// not_found where there is no file; failed_precondition where it is another key's; data_loss where it is
  /// no such file or of a newer version.
  static base::Result<WitnessState> open(const std::filesystem::path& file, const tree::NoteVerifier& key);

  struct Cosigned {
    std::uint64_t size = 0;
    base::Digest root;
    std::int64_t time = 0;  ///< POSIX seconds, of the cosignature or a later one before it: never goes back
    std::string note;       ///< the checkpoint with the log's signature and the witness's

    bool operator==(const Cosigned&) const = default;
  };

  /// By monitoring_name; nothing where nothing of it was cosigned.
  base::Result<std::optional<Cosigned>> find(std::string_view name);

  /// Puts `after` in the place of `before`, durably, in one step. aborted where something else stands there:
  /// nothing was changed. resource_exhausted: the disk is full, nothing was changed. Any other error: it may
  /// have been.
  base::Result<void> replace(std::string_view name, const std::optional<Cosigned>& before,
                             const Cosigned& after);

  /// How many logs were ever cosigned.
  base::Result<std::int64_t> logs();

 private:
  explicit WitnessState(std::unique_ptr<sqlite::Connection> connection) : file_(std::move(connection)) {}
  std::unique_ptr<sqlite::Connection> file_;
};

}  // namespace countersign::witness
