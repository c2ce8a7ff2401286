#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/digest.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A file of sealed records, written once: zstd frames (RFC 8878) of records, one a line, and behind them, in
/// a skippable frame, where each of them begins. `zstd -dc FILE` gives the records.
namespace countersign::store {

/// Writes one. It appears under its name whole and durable, or not at all. One thread.
class SegmentFileWriter {
 public:
  /// Replaces a file of that name: one that a crash left before the ledger knew of it.
  static base::Result<SegmentFileWriter> create(const std::filesystem::path& path);
  ~SegmentFileWriter();
  SegmentFileWriter(SegmentFileWriter&&) noexcept = default;

  base::Result<void> add(std::string_view record);
  /// The file's SHA-256.
  base::Result<base::Digest> finish();

 private:
  SegmentFileWriter(base::OpenFile file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}
  base::Result<void> write(std::string_view bytes);
  base::Result<void> write_block();

  base::OpenFile file_;
  std::filesystem::path path_;
  crypto::Sha256 hasher_;
  std::string block_;
  std::uint32_t block_records_ = 0;
  std::uint32_t blocks_ = 0;
  std::string index_;
};

/// Reads one. data_loss where the file is not what a writer makes. One thread.
class SegmentFile {
 public:
  /// not_found where there is none.
  static base::Result<SegmentFile> open(const std::filesystem::path& path);

  std::uint64_t records() const { return records_; }
  /// The record at `at`, counted from 0 within the file; valid until the next call. Fast for neighbours.
  base::Result<std::string_view> record(std::uint64_t at);

 private:
  struct Block {
    std::uint64_t first = 0;  ///< record
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t records = 0;
  };
  explicit SegmentFile(base::OpenFile file) : file_(std::move(file)) {}
  base::Result<void> read_index();
  base::Result<std::string> read_at(std::uint64_t offset, std::size_t bytes);
  base::Result<void> load(std::size_t block);
  tl::unexpected<base::Error> damaged(std::string_view why) const;

  base::OpenFile file_;
  std::vector<Block> blocks_;
  std::uint64_t records_ = 0;
  std::size_t loaded_ = SIZE_MAX;
  std::string content_;
  std::vector<std::uint32_t> ends_;  ///< of the loaded block's lines
};

/// SHA-256 over a whole file.
base::Result<base::Digest> file_sha256(const std::filesystem::path& path);

}  // namespace countersign::store
