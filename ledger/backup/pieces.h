#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

/// How a file is cut into chunks. A file is a row of pieces of 4 MiB; a piece is one or more chunks.
///
/// In a SQLite file, pages of tables that grow at their end lie among pages of indexes, into which every
/// append writes at a random place. So the chunks of a piece are made of the one kind or of the other: what
/// an append does not touch stays together and is not stored again. (A ledger of 200,000 records that grew by
/// 1 %: 9.6 MB are new this way, 62 MB with chunks of the same size that are cut straight.)
namespace countersign::backup {

inline constexpr std::size_t kPieceBytes = 4u << 20;
/// The largest payload: 65,536 pages at most, each with its number.
inline constexpr std::size_t kPayloadBytesMax = kPieceBytes + (1u << 18);

using VisitPayload = std::function<base::Result<void>(base::Bytes payload)>;

/// Cuts a piece of a SQLite file. A payload is a count, the numbers of so many pages within the piece
/// (big-endian, 16 bits each) and the pages. `first`: whether it is the file's first piece.
base::Result<void> cut_pages(base::Bytes piece, std::size_t page_bytes, bool first,
                             const VisitPayload& visit);

/// The number of the first page in a payload that cut_pages() made.
std::size_t first_page_of(base::Bytes payload);

/// Cuts a piece of any other file: payloads are what stands there, one behind the other.
base::Result<void> cut_bytes(base::Bytes piece, const VisitPayload& visit);

/// Puts the payloads of one piece together again, in the order in which they were cut.
class PieceBuilder {
 public:
  /// `page_bytes` 0: no SQLite file.
  PieceBuilder(std::size_t bytes, std::size_t page_bytes);

  /// data_loss where the payload does not fit.
  base::Result<void> add(std::string_view payload);
  /// The piece; data_loss where something is missing.
  base::Result<std::string_view> finish() const;

 private:
  base::Result<void> add_pages(std::string_view payload);

  std::string piece_;
  std::size_t page_bytes_;
  std::size_t filled_ = 0;
  std::vector<bool> there_;
};

}  // namespace countersign::backup
