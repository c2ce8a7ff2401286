#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/vault/kek.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace countersign::apps {

/// The registry with the rules of retention, and when their files last changed. One thread.
class WatchedRegistry {
 public:
  WatchedRegistry(std::filesystem::path file, std::filesystem::path retention, vault::KekSource kek)
      : file_(std::move(file)), retention_(std::move(retention)), kek_(std::move(kek)) {}

  /// The registry, if one of the files has changed since the last call; an empty one where there is no file
  /// yet. Errors: those of reading the files, the key-encryption key, and sources' secrets.
  base::Result<std::shared_ptr<const ingest::Registry>> changed();

 private:
  /// Each change is a file of its own, put in the place of the one before: of two within one tick of the
  /// clock the number or the size differs. All zero where there is none.
  struct FileState {
    std::uint64_t number = 0;
    std::int64_t size = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const FileState&) const = default;
  };
  static FileState state_of(const std::filesystem::path& file);

  const std::filesystem::path file_, retention_;
  const vault::KekSource kek_;
  FileState registry_, rules_;
  bool read_ = false;
};

}  // namespace countersign::apps
