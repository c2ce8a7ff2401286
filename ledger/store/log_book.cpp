#include "ledger/store/log_book.h"

#include "ledger/base/encoding.h"
#include "ledger/record/record.h"
#include "ledger/store/schema.h"
#include "ledger/vault/schema.h"

#include <algorithm>
#include <cstring>

namespace countersign::store {

using base::Code;
using base::fail;

std::size_t LogBook::KeyHash::operator()(const EventKey& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

std::size_t PendingEvent::bytes() const {
  std::size_t bytes = sizeof *this + event.json.size() + event.id.size();
  for (const auto& personal : event.personal)
    bytes += sizeof personal + personal.value.size() + sizeof(base::Digest);
  for (const auto& path : event.redacted) bytes += sizeof(std::string) + path.size();
  return bytes;
}

void PendingEvent::file_under(const vault::VaultKeys::Generation& keys, const record::PreparedEvent& of) {
  generation = keys.number;
  lookups.clear();
  lookups.reserve(of.personal.size());
  for (const auto& personal : of.personal)
    lookups.push_back(
        vault::lookup_of(keys.lookup, of.tenant.value(), to_string(personal.kind), personal.value));
}

base::Result<LogBook> LogBook::load(LedgerReader reader, base::Clock clock) {
  LogBook book(std::move(reader), std::move(clock));
  TRY_ASSIGN(const auto heads, book.reader_.logs());
  for (const auto& head : heads) {
    TRY_ASSIGN(auto tail, LogTail::load(book.reader_, head));
    book.logs_.emplace(base::tenant_of(head.name).value(), Log{head.number, head.name, std::move(tail)});
  }
  return book;
}

LogBook::Log& LogBook::working_copy(const base::TenantId& tenant) {
  const auto changed = changed_.find(tenant.value());
  if (changed != changed_.end()) return changed->second;
  const auto known = logs_.find(tenant.value());
  if (known != logs_.end()) return changed_.emplace(tenant.value(), known->second).first->second;
  Log fresh;
  fresh.number = static_cast<std::int64_t>(logs_.size() + group_.logs.size());
  fresh.name = base::log_name(reader_.identity().origin, reader_.identity().region, tenant);
  group_.logs.push_back({fresh.number, fresh.name});
  return changed_.emplace(tenant.value(), std::move(fresh)).first->second;
}

base::Result<AppendOutcome> LogBook::known_event(const PendingEvent& pending, const Place& place,
                                                 vault::VaultWriter& vault) {
  const auto log = std::find_if(logs_.begin(), logs_.end(),
                                [&](const auto& entry) { return entry.second.number == place.log; });
  if (log == logs_.end())
    return fail(Code::data_loss, "an idempotency key points at a log that is not there");
  const auto& name = log->second.name;
  const auto seq = base::seq_at(place.seq);
  const LogHead head{place.log, name, log->second.tail.size()};
  const auto bytes = reader_.record(head, seq);
  if (bytes) return as_duplicate(pending, *bytes, {name, seq, record::record_hash(*bytes)}, vault);
  TRY_ASSIGN(const bool sealed, reader_.is_sealed(head, seq));
  if (!sealed) return fail(bytes.error());
  // Retired, or its file cannot be read now: what it said cannot be compared, its place and hash are here.
  TRY_ASSIGN(const auto hash, reader_.nodes(head)(0, place.seq));
  return AppendOutcome{AppendStatus::duplicate, {name, seq, hash}};
}

base::Result<AppendOutcome> LogBook::as_duplicate(const PendingEvent& pending, std::string_view record,
                                                  Receipt receipt, vault::VaultWriter& vault) {
  TRY_ASSIGN(const auto stored, record::read_record(record));
  std::string event = pending.event.json;
  bool same = stored.event.size() == event.size();
  for (std::size_t i = 0; same && i < pending.event.personal.size(); ++i) {
    const auto& personal = pending.event.personal[i];
    TRY_ASSIGN(const auto token, vault.known_token(pending.event.tenant.value(), personal.kind,
                                                   pending.lookups[i], personal.value));
    // A value that the vault never saw stands in no record.
    same = token.has_value();
    if (same) std::copy(token->begin(), token->end(), event.begin() + personal.offset);
  }
  same = same && stored.event == event;
  return AppendOutcome{same ? AppendStatus::duplicate : AppendStatus::differing, std::move(receipt)};
}

base::Result<void> LogBook::fill_tokens(PendingEvent& pending, vault::VaultWriter& vault) {
  auto& event = pending.event;
  for (std::size_t i = 0; i < event.personal.size(); ++i) {
    const auto& personal = event.personal[i];
    TRY_ASSIGN(const auto token,
               vault.token_for(event.tenant.value(), personal.kind, pending.lookups[i], personal.value));
    std::copy(token.begin(), token.end(), event.json.begin() + personal.offset);
  }
  return {};
}

base::Result<void> LogBook::take_content_id(PendingEvent& pending, vault::VaultWriter& vault) {
  TRY(fill_tokens(pending, vault));
  auto& event = pending.event;
  const auto [offset, personal] = *event.content_id;
  const std::string token = event.json.substr(event.personal[personal].offset, base::kDigestBase64UrlSize);
  event.json.replace(offset, token.size(), token);
  event.id = record::kContentIdPrefix;
  event.id += token;
  pending.key = event_key(event.source.value(), event.id);
  return {};
}

base::Result<AppendOutcome> LogBook::append(PendingEvent& pending, Store& store, vault::VaultWriter& vault) {
  // The keys may have been rotated since the event was handed over.
  if (pending.generation != vault.newest().number) pending.file_under(vault.newest(), pending.event);
  if (pending.event.content_id) TRY(take_content_id(pending, vault));
  if (const auto twin = in_group_.find(pending.key); twin != in_group_.end())
    return as_duplicate(pending, group_.records[twin->second.record].bytes, twin->second.receipt, vault);
  TRY_ASSIGN(const auto place, store.find(pending.key));
  if (place) return known_event(pending, *place, vault);
  auto& log = working_copy(pending.event.tenant);
  if (log.number > kLogNumberMax || log.tail.size() >= kLogSizeMax - 1)
    return fail(Code::resource_exhausted, "the ledger holds as many logs or records as its format allows");
  if (!pending.event.content_id) TRY(fill_tokens(pending, vault));
  record::RecordParts parts;
  parts.log = log.name.text;
  parts.seq = base::seq_at(log.tail.size());
  parts.prev = log.tail.prev();
  parts.received = std::max({clock_(), log.tail.received(), earliest_});
  parts.source = pending.event.source.value();
  parts.proof = to_string(pending.event.proof);
  parts.redacted = &pending.event.redacted;
  parts.event = pending.event.json;
  NewRecord fresh{log.number, log.tail.size(), pending.key, {}};
  record::write_record(parts, fresh.bytes);
  if (fresh.bytes.size() > record::kRecordBytesMax)
    return fail(Code::internal, "a record is longer than its format allows");
  const auto hash = record::record_hash(fresh.bytes);
  group_.records.push_back(std::move(fresh));
  log.tail.append(hash, parts.received, [&](FullTile tile) {
    group_.tiles.push_back({log.number, std::move(tile)});
  });
  const Receipt receipt{log.name, parts.seq, hash};
  in_group_.emplace(pending.key, Twin{receipt, group_.records.size() - 1});
  return AppendOutcome{AppendStatus::appended, receipt};
}

void LogBook::keep() {
  for (auto& [tenant, log] : changed_) logs_.insert_or_assign(tenant, std::move(log));
  forget();
}

void LogBook::forget() {
  changed_.clear();
  in_group_.clear();
  group_ = {};
}

}  // namespace countersign::store
