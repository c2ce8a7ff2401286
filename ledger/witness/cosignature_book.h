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
#include <vector>

namespace countersign::witness {

/// The cosignatures that witnesses gave to checkpoints of a region's logs: `<region>/cosignatures.sqlite`
/// (ledger/FORMAT.md). Append-only. The ledger does not need it: what is lost is asked for again, for newer
/// checkpoints. One process writes, any number read beside it; one thread at a time each.
class CosignatureBook {
 public:
  /// Where the book of a region lies.
  static std::filesystem::path file_of(const std::filesystem::path& region_folder) {
    return region_folder / "cosignatures.sqlite";
  }
  /// Makes the file where there is none.
  static base::Result<CosignatureBook> open_to_write(const std::filesystem::path& file);
  /// not_found where there is none; data_loss where it is no such file or of a newer version. Both.
  static base::Result<CosignatureBook> open(const std::filesystem::path& file);

  /// The book of a region; nothing where no witness was ever asked. Else as open().
  static base::Result<std::optional<CosignatureBook>> find(const std::filesystem::path& region_folder);

  struct Cosigned {
    std::uint64_t size = 0;  ///< of the checkpoint
    std::int64_t time = 0;   ///< POSIX seconds, signed by the witness
  };

  /// Keeps a signature line, with its line feed, which was checked; durable when it returns. What is there
  /// already stays.
  base::Result<void> add(const base::LogName& log, const tree::NoteVerifier& witness,
                         const Cosigned& cosigned, std::string_view line);

  /// The largest checkpoint of a log that a witness has cosigned; nothing where there is none.
  base::Result<std::optional<Cosigned>> newest(const base::LogName& log, const tree::NoteVerifier& witness);

  /// The signature lines for the checkpoint of this size, one after another; empty where there are none.
  base::Result<std::string> lines(const base::LogName& log, std::uint64_t size);

  /// Of the newest 1,000 checkpoints of `least` records or more and `most` at most that were cosigned: the
  /// size of the one that most witnesses have cosigned, of several the newest. Nothing where there is none.
  base::Result<std::optional<std::uint64_t>> most_cosigned(const base::LogName& log, std::uint64_t least,
                                                           std::uint64_t most);

  /// The sizes of the newest 1,000 checkpoints of `most` records at most that anybody has cosigned, the
  /// largest first.
  base::Result<std::vector<std::uint64_t>> sizes(const base::LogName& log, std::uint64_t most);

 private:
  explicit CosignatureBook(std::unique_ptr<sqlite::Connection> connection) : file_(std::move(connection)) {}
  std::unique_ptr<sqlite::Connection> file_;
};

/// A checkpoint of a region's log with the cosignatures that are kept of it, behind its own signatures. The
/// note as it is where there are none, or no book. Errors as of reading the book.
base::Result<std::string> with_cosignatures(const std::filesystem::path& region_folder,
                                            const base::LogName& log, std::uint64_t size, std::string note);

}  // namespace countersign::witness
