#include "apps/daemon/watched_registry.h"

#include "collector/ingest/secrets.h"
#include "ledger/retention/rules.h"

#include <system_error>
#include <utility>

namespace countersign::apps {

base::Result<std::shared_ptr<const ingest::Registry>> WatchedRegistry::changed() {
  std::error_code error, ignored;
  const auto written = std::filesystem::last_write_time(file_, error);
  const auto rules_written = std::filesystem::last_write_time(retention_, ignored);
  if (read_ && written == written_ && rules_written == rules_written_)
    return std::shared_ptr<const ingest::Registry>();
  auto loaded = error ? base::Result<ingest::Registry>(ingest::Registry()) : ingest::Registry::load(file_);
  if (!loaded) return base::fail(loaded.error());
  TRY_ASSIGN(const auto key, vault::read_key_encryption_key(kek_));
  TRY(ingest::open_secrets(*loaded, key));
  TRY_ASSIGN(const auto book, retention::RuleBook::load(retention_));
  loaded->put(book);
  written_ = written;
  rules_written_ = rules_written;
  read_ = true;
  return std::make_shared<const ingest::Registry>(std::move(*loaded));
}

}  // namespace countersign::apps
