#include "apps/daemon/watched_registry.h"

#include "collector/ingest/secrets.h"
#include "ledger/retention/rules.h"

#include <sys/stat.h>

#include <utility>

namespace countersign::apps {

WatchedRegistry::FileState WatchedRegistry::state_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

base::Result<std::shared_ptr<const ingest::Registry>> WatchedRegistry::changed() {
  const auto registry = state_of(file_);
  const auto rules = state_of(retention_);
  if (read_ && registry == registry_ && rules == rules_) return std::shared_ptr<const ingest::Registry>();
  auto loaded = registry == FileState{} ? base::Result<ingest::Registry>(ingest::Registry())
                                        : ingest::Registry::load(file_);
  if (!loaded) return base::fail(loaded.error());
  TRY_ASSIGN(const auto key, vault::read_key_encryption_key(kek_));
  TRY(ingest::open_secrets(*loaded, key));
  TRY_ASSIGN(const auto book, retention::RuleBook::load(retention_));
  loaded->put(book);
  registry_ = registry;
  rules_ = rules;
  read_ = true;
  return std::make_shared<const ingest::Registry>(std::move(*loaded));
}

}  // namespace countersign::apps
