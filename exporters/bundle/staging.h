#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/digest.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace countersign::bundle {

/// What is known of a file that was written.
struct StagedEntry {
  std::uint64_t bytes = 0;
  base::Digest sha256;
};

/// A file being written, hashed while it is. One thread at a time.
class StagedFile {
 public:
  /// Writes at once: hand in large pieces. Errors: those of base::OpenFile.
  base::Result<void> append(std::string_view bytes);
  std::uint64_t bytes() const { return entry_.bytes; }

 private:
  friend class Staging;
  StagedFile(base::OpenFile file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  base::Result<StagedEntry> finish();

  base::OpenFile file_;
  std::string name_;
  crypto::Sha256 hasher_;
  StagedEntry entry_;
};

/// A private folder beside the output in which a bundle's files come together; removed with all that is in it
/// when it goes, whatever happened. One thread at a time.
class Staging {
 public:
  static base::Result<Staging> make(const std::filesystem::path& output);
  ~Staging();
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&&) = delete;

  /// Begins a file; `name` is its path in the bundle, such as `data/records.jsonl`.
  base::Result<StagedFile> begin(std::string_view name);
  base::Result<void> finish(StagedFile file);
  /// A whole small file.
  base::Result<void> put(std::string_view name, std::string_view content);
  /// The bytes of a file from elsewhere.
  base::Result<void> copy(std::string_view name, const std::filesystem::path& from);
  /// Forgets a finished file.
  void drop(std::string_view name);

  /// All finished files in the order of their paths, byte by byte.
  const std::map<std::string, StagedEntry, std::less<>>& entries() const { return entries_; }
  std::filesystem::path path_of(std::string_view name) const { return folder_ / name; }

 private:
  explicit Staging(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::map<std::string, StagedEntry, std::less<>> entries_;
};

}  // namespace countersign::bundle
