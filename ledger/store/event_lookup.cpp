#include "ledger/store/event_lookup.h"

#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/store.h"
#include "ledger/vault/vault_reader.h"

#include <algorithm>
#include <string>

namespace countersign::store {

struct EventLookup::Impl {
  sqlite::Connection connection;
  sqlite::Statement by_key;
  LedgerReader ledger;
  vault::VaultReader vault;

  base::Result<std::optional<Place>> place_of(std::string_view source, std::string_view id) {
    const auto key = event_key(source, id);
    TRY_ASSIGN(const bool there, by_key.bind_blob(1, key).step());
    std::optional<Place> place;
    if (there) place = Place{log_of_place(by_key.integer(0)), index_of_place(by_key.integer(0))};
    by_key.reset();
    return place;
  }

  /// The event as its record would hold it; absent where a value of it stands in no record here.
  base::Result<std::optional<std::string>> with_tokens(const record::PreparedEvent& event) {
    std::string json = event.json;
    for (std::size_t i = 0; i < event.personal.size(); ++i) {
      const auto& personal = event.personal[i];
      TRY_ASSIGN(const auto token, vault.find(event.tenant, personal.kind, personal.value));
      if (!token) return std::optional<std::string>();
      std::copy(token->begin(), token->end(), json.begin() + personal.offset);
      if (event.content_id && event.content_id->personal == i)
        std::copy(token->begin(), token->end(), json.begin() + event.content_id->offset);
    }
    return std::optional(std::move(json));
  }

  /// The id under which the event would be recorded; absent where it is made of content that is not known.
  base::Result<std::optional<std::string>> id_of(const record::PreparedEvent& event) {
    if (!event.content_id) return std::optional(event.id);
    const auto& content = event.personal[event.content_id->personal];
    TRY_ASSIGN(const auto token, vault.find(event.tenant, content.kind, content.value));
    if (!token) return std::optional<std::string>();
    return std::optional(std::string(record::kContentIdPrefix) + *token);
  }
};

EventLookup::EventLookup(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLookup::~EventLookup() = default;
EventLookup::EventLookup(EventLookup&&) noexcept = default;

base::Result<EventLookup> EventLookup::open(const RegionFiles& files, const vault::VaultKeys& keys) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(files.ledger(), {}));
  TRY_ASSIGN(auto by_key, connection.prepare("SELECT place FROM idempotency WHERE key=?1"));
  TRY_ASSIGN(auto ledger, LedgerReader::open(files.ledger()));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
  return EventLookup(std::make_unique<Impl>(
      Impl{std::move(connection), std::move(by_key), std::move(ledger), std::move(vault)}));
}

base::Result<std::optional<AppendOutcome>> EventLookup::find(const record::PreparedEvent& event) {
  const auto none = std::optional<AppendOutcome>();
  TRY_ASSIGN(const auto id, impl_->id_of(event));
  if (!id) return none;
  TRY_ASSIGN(const auto place, impl_->place_of(event.source.value(), *id));
  if (!place) return none;
  const auto log = impl_->ledger.log(event.tenant);
  if (!log && log.error().code != base::Code::not_found) return base::fail(log.error());
  if (!log || log->number != place->log) return none;  // another tenant's
  const auto seq = base::seq_at(place->seq);
  const auto found = impl_->ledger.record(*log, seq);
  if (!found && found.error().code == base::Code::not_found) {  // retired: its place and hash are kept
    TRY_ASSIGN(const auto hash, impl_->ledger.nodes (*log)(0, place->seq));
    return std::optional(AppendOutcome{AppendStatus::duplicate, {log->name, seq, hash}});
  }
  if (!found) return base::fail(found.error());
  const auto& bytes = *found;
  TRY_ASSIGN(const auto stored, record::read_record(bytes));
  TRY_ASSIGN(const auto offered, impl_->with_tokens(event));
  const bool same = offered && stored.event == *offered;
  return std::optional(AppendOutcome{same ? AppendStatus::duplicate : AppendStatus::differing,
                                     {log->name, seq, record::record_hash(bytes)}});
}

}  // namespace countersign::store
