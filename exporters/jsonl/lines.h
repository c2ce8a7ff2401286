#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::jsonl {

/// The lines of data/records.jsonl: a record verbatim, or, for a record that a filter leaves out, a line that
/// shows its place and hash and nothing else, so that chain and tree can still be checked.
struct Withheld {
  std::uint64_t seq = 0;
  base::Digest hash;
};

inline constexpr std::string_view kWithheldBegin = "{\"withheld\":{";

/// Appends `{"withheld":{"seq":N,"hash":"<base64>"}}`, without a line feed.
void append_withheld(std::string& out, const Withheld& withheld);

inline bool is_withheld(std::string_view line) {
  return line.substr(0, kWithheldBegin.size()) == kWithheldBegin;
}

/// Reads exactly what append_withheld writes; data_loss for anything else.
base::Result<Withheld> read_withheld(std::string_view line);

/// The longest line of any file of a bundle, its line feed included: a signed note, escaped.
inline constexpr std::size_t kLineBytesMax = 4u << 20;

/// Reads a file of lines in blocks of whole lines, so that memory does not grow with the file. One thread at
/// a time.
class BlockReader {
 public:
  /// not_found and the like where the file cannot be opened. `block_bytes` is what a block has at least,
  /// but for the last.
  static base::Result<BlockReader> open(const std::filesystem::path& path,
                                        std::size_t block_bytes = 1u << 20);
  /// Puts the next lines, each with its line feed, into `block`; false at the end of the file. data_loss
  /// where the file does not end in a line feed or a line is longer than kLineBytesMax.
  base::Result<bool> next(std::string& block);

 private:
  BlockReader(base::OpenFile file, std::size_t block_bytes)
      : file_(std::move(file)), block_bytes_(block_bytes) {}

  base::Result<void> fill(std::string& block);
  std::string name() const { return file_.path().filename().string(); }

  base::OpenFile file_;
  std::size_t block_bytes_;
  std::string rest_;  ///< the beginning of a line, behind the block that was given out
  bool done_ = false;
};

/// Takes the first line off `lines`, without its line feed. False where nothing is left.
inline bool take_line(std::string_view& lines, std::string_view& line) {
  if (lines.empty()) return false;
  const auto end = lines.find('\n');
  line = lines.substr(0, end);
  lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  return true;
}

}  // namespace countersign::jsonl
