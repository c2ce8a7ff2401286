#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/vault/kek.h"

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
  const std::filesystem::path file_, retention_;
  const vault::KekSource kek_;
  std::filesystem::file_time_type written_{}, rules_written_{};
  bool read_ = false;
};

}  // namespace countersign::apps
