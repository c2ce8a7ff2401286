#include "web/decisions/log_heads.h"

#include "ledger/store/schema.h"

#include <string>

namespace countersign::decisions {

base::Result<LogHeads> LogHeads::open(const std::filesystem::path& ledger_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(ledger_file, {}));
  TRY_ASSIGN(auto logs, connection.prepare("SELECT number,name FROM logs WHERE number>?1 ORDER BY number"));
  TRY_ASSIGN(auto last, connection.prepare("SELECT max(place) FROM records WHERE place>=?1 AND place<?2"));
  return LogHeads(std::move(connection), std::move(logs), std::move(last));
}

base::Result<void> LogHeads::learn() {
  logs_.bind(1, known_);
  for (;;) {
    TRY_ASSIGN(const bool row, logs_.step());
    if (!row) break;
    known_ = logs_.integer(0);
    store::LogHead log{known_, base::LogName{std::string(logs_.text(1))}, 0};
    auto tenant = base::tenant_of(log.name);
    if (tenant.value() == base::kSystemTenant) continue;
    at_.emplace(std::move(tenant), all_.size());
    all_.push_back(std::move(log));
  }
  logs_.reset();
  return {};
}

std::optional<std::size_t> LogHeads::find(const base::TenantId& tenant) const {
  const auto found = at_.find(tenant);
  return found == at_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<void> LogHeads::look(std::size_t at) {
  auto& log = all_[at];
  last_.bind(1, store::place_of(log.number, 0)).bind(2, store::place_of(log.number + 1, 0));
  TRY_ASSIGN(const bool row, last_.step());
  if (row && !last_.is_null(0)) log.size = std::max(log.size, store::index_of_place(last_.integer(0)) + 1);
  last_.reset();
  return {};
}

}  // namespace countersign::decisions
