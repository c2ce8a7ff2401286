#include "web/provisioning/provisioning.h"

#include "ledger/base/encoding.h"
#include "ledger/base/problem.h"
#include "ledger/record/event_schema.h"
#include "ledger/vault/presence.h"
#include "web/scim/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

namespace countersign::provisioning {
namespace {

using base::Code;
using base::fail;
using scim::Change;
using scim::Kind;
using scim::Refusal;
using scim::ScimType;

bool has_payload(const Change& change) {
  return change.kind == Kind::user && change.group_id.empty() && change.what != Change::What::deleted;
}

/// Adds what no change tells, so that each document that is kept stands in a record: such as that an
/// extension was named which says nothing.
void add_untold(const Roster& roster, std::vector<Change>& changes) {
  std::set<std::string> told;
  for (const auto& change : changes) {
    if (has_payload(change)) told.insert(change.id);
  }
  for (const auto& [place, before] : roster.changed()) {
    const auto* entry = roster.find(place);
    if (place.first != Kind::user || entry == nullptr || !entry->document || told.contains(entry->id))
      continue;
    changes.push_back({Change::What::changed, Kind::user, entry->id, {}, {}, *entry->document});
  }
}

std::optional<Refusal> refusal_of(const ingest::EventAnswer& answer) {
  using ingest::EventStatus;
  if (answer.status == EventStatus::appended || answer.status == EventStatus::duplicate) return std::nullopt;
  const auto reason = answer.faults.empty() ? std::string() : answer.faults.front().reason;
  if (answer.status == EventStatus::failed) return Refusal{answer.failure, ScimType::none, reason};
  if (answer.status == EventStatus::misdirected) return Refusal{421, ScimType::none, reason};
  if (reason.empty()) return Refusal{400, ScimType::invalid_value, "the change cannot be recorded"};
  return Refusal{400, ScimType::invalid_value,
                 fmt::format("the change cannot be recorded: {} {}", answer.faults.front().path, reason)};
}

}  // namespace

Provisioning::Provisioning(Options options, StateFile state, vault::VaultReader vault)
    : options_(std::move(options)),
      service_({options_.base_url, options_.clock, options_.entropy, options_.limits.users}),
      state_(std::move(state)),
      vault_(std::move(vault)) {}

base::Result<std::unique_ptr<Provisioning>> Provisioning::open(Options options) {
  TRY_ASSIGN(auto vault, vault::VaultReader::open(options.files.vault(), options.keys));
  TRY_ASSIGN(auto state, StateFile::open(options.files.scim()));
  return std::unique_ptr<Provisioning>(
      new Provisioning(std::move(options), std::move(state), std::move(vault)));
}

scim::Answer Provisioning::failed(const base::Error& error) const {
  if (options_.on_failure) options_.on_failure(error);
  // What runs out here is the disk.
  return scim::answer_of(scim::refusal_of(error, base::Exhausted::disk));
}

std::optional<Refusal> Provisioning::why_not(const ingest::Admitted& sender,
                                             const base::TenantId& tenant) const {
  if (sender.proof == record::Proof::backfill)
    return Refusal{403, ScimType::none, "this token is for history; use the source's own"};
  const auto* known = sender.registry->tenant(tenant);
  if (known == nullptr || !sender.source->may_send_for(tenant))
    return Refusal{403, ScimType::none, "this source may not speak of that tenant's users"};
  if (known->moved_to || known->region != options_.region)
    return Refusal{421, ScimType::none,
                   fmt::format("the tenant is pinned to the region {}", known->region.value())};
  return std::nullopt;
}

scim::Answer Provisioning::answer(const ingest::Admitted& sender, const base::TenantId& tenant,
                                  const scim::Request& request) {
  if (const auto refusal = why_not(sender, tenant)) return scim::answer_of(*refusal);
  const Space space{tenant, sender.source->name};
  for (;;) {
    const auto roster = roster_of(space);
    if (!roster) return failed(roster.error());
    VaultStore store(**roster, vault_, tenant, options_.limits);
    auto answer = attempt(sender, space, **roster, store, request);
    if (store.erased().empty()) return answer;
    // Fewer are there each time.
    if (auto forgotten = forget(space, **roster, store.erased()); !forgotten)
      return failed(forgotten.error());
  }
}

scim::Answer Provisioning::attempt(const ingest::Admitted& sender, const Space& space, Roster& roster,
                                   VaultStore& store, const scim::Request& request) {
  auto answer = service_.answer(request, store);
  auto changes = std::exchange(answer.changes, {});
  if (answer.status >= 400 || !store.erased().empty() || roster.changed().empty()) {
    roster.undo();
    return answer;
  }
  add_untold(roster, changes);
  const auto before = documents_before(roster, space.tenant);
  if (!before) {
    roster.undo();
    return failed(before.error());
  }
  auto events = events_of(changes, *before, store, {space.tenant, options_.clock(), options_.entropy});
  if (!events || !store.erased().empty()) {
    roster.undo();
    return events ? answer : failed(events.error());
  }
  const bool too_large = std::any_of(events->begin(), events->end(), [](const ingest::MadeEvent& made) {
    return made.raw && made.raw->size() > record::kRawBytesMax;
  });
  auto refusal =
      too_large
          ? std::optional(Refusal{413, ScimType::none,
                                  fmt::format("a user has at most {} bytes as JSON", record::kRawBytesMax)})
          : record(sender, std::move(*events));
  if (refusal) {
    roster.undo();
    return scim::answer_of(*refusal);
  }
  auto kept = keep(space, roster);
  if (!kept) {
    // Whether it is kept is known from the file alone.
    loaded_.erase(space);
    return failed(kept.error());
  }
  return answer;
}

base::Result<Before> Provisioning::documents_before(const Roster& roster, const base::TenantId& tenant) {
  Before out;
  for (const auto& [place, before] : roster.changed()) {
    if (place.first != Kind::user || !before) continue;
    TRY_ASSIGN(auto document, open_document(vault_, tenant, before->token));
    if (document) out.emplace(before->id, std::move(*document));
  }
  return out;
}

std::optional<Refusal> Provisioning::record(const ingest::Admitted& sender,
                                            std::vector<ingest::MadeEvent> events) {
  if (events.empty()) return std::nullopt;
  using Answers = tl::expected<std::vector<ingest::EventAnswer>, base::Problem>;
  const auto promise = std::make_shared<std::promise<Answers>>();
  auto future = promise->get_future();
  options_.ingest->take_whole(sender, std::move(events),
                              [promise](Answers answers) { promise->set_value(std::move(answers)); });
  const auto answers = future.get();
  if (!answers) return Refusal{answers.error().status, ScimType::none, answers.error().detail};
  std::optional<Refusal> out;
  for (const auto& answer : *answers) {
    auto refusal = refusal_of(answer);
    // The others of a rejected event were rejected with it, and say nothing of the reason.
    if (refusal && (!out || !answer.faults.empty())) out = std::move(refusal);
  }
  return out;
}

base::Result<void> Provisioning::keep(const Space& space, Roster& roster) {
  for (const auto& [place, before] : roster.changed()) {
    const auto* written = roster.find(place);
    if (place.first != Kind::user || written == nullptr || !written->document) continue;
    TRY_ASSIGN(const auto token,
               vault_.find(space.tenant, record::Kind::raw, payload_of(*written->document)));
    if (!token) return fail(Code::unavailable, "a user was erased while it was changed");
    auto entry = *written;
    TRY_ASSIGN(entry.token, base::digest_from_base64url(*token));
    entry.document = nullptr;
    roster.put(place, std::move(entry));
  }
  TRY(state_.write(space, roster));
  roster.settle();
  return {};
}

base::Result<Roster*> Provisioning::roster_of(const Space& space) {
  auto found = loaded_.find(space);
  if (found == loaded_.end()) {
    TRY_ASSIGN(auto roster, load(space));
    if (loaded_.size() >= kRostersMax)
      loaded_.erase(std::min_element(loaded_.begin(), loaded_.end(), [](const auto& one, const auto& other) {
        return one.second.used < other.second.used;
      }));
    found = loaded_.emplace(space, Loaded{std::move(roster), 0}).first;
  }
  found->second.used = ++uses_;
  return &found->second.roster;
}

base::Result<Roster> Provisioning::load(const Space& space) {
  Roster roster;
  std::set<std::string> erased;
  TRY(state_.read(space, [&](const StateFile::Row& row) -> base::Result<void> {
    if (row.place.first == Kind::group) {
      TRY_ASSIGN(auto group, StateFile::document_of(row));
      roster.put(row.place, entry_of(Kind::group, std::move(group)));
      return {};
    }
    TRY_ASSIGN(auto user, open_document(vault_, space.tenant, row.token));
    if (!user) erased.emplace(row.id);
    auto entry = user ? entry_of(Kind::user, std::move(*user)) : Entry();
    entry.id = row.id;
    entry.token = row.token;
    entry.document = nullptr;
    roster.put(row.place, std::move(entry));
    return {};
  }));
  roster.settle();
  if (!erased.empty()) TRY(forget(space, roster, erased));
  return roster;
}

base::Result<void> Provisioning::forget(const Space& space, Roster& roster,
                                        const std::set<std::string>& ids) {
  for (const auto& id : ids) {
    roster.leave_groups(id);
    if (const auto number = roster.number_of(Kind::user, id)) roster.remove({Kind::user, *number});
  }
  auto written = state_.write(space, roster);
  if (!written) {
    roster.undo();
    return written;
  }
  roster.settle();
  return {};
}

base::Result<void> Provisioning::forget_erased() {
  TRY_ASSIGN(auto presence, vault::Presence::open(options_.files.vault()));
  TRY_ASSIGN(const auto spaces, state_.spaces());
  for (const auto& space : spaces) {
    std::set<std::string> erased;
    TRY(state_.read(space, [&](const StateFile::Row& row) -> base::Result<void> {
      if (row.place.first != Kind::user) return {};
      TRY_ASSIGN(const bool there, presence.has(space.tenant, row.token));
      if (!there) erased.emplace(row.id);
      return {};
    }));
    if (erased.empty()) continue;
    // Who loads it forgets them.
    loaded_.erase(space);
    TRY_ASSIGN(const auto* roster, roster_of(space));
    static_cast<void>(roster);
  }
  return {};
}

}  // namespace countersign::provisioning
