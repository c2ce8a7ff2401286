#include "ledger/policy/history.h"

#include "ledger/policy/change_id.h"
#include "ledger/policy/default_policy.h"
#include "ledger/policy/member_change.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace countersign::policy {
namespace {

namespace json = boost::json;

constexpr std::string_view kChanged = "policy.changed", kReviewed = "policy.reviewed";

/// The members that a version's records speak of, as far as they are understood.
std::vector<MemberChange> read_changes(const Version& version) {
  std::vector<MemberChange> out;
  for (const auto& context : version.changes) {
    if (auto change = read_member_change(context)) out.push_back(std::move(*change));
  }
  return out;
}

}  // namespace

TenantHistory::TenantHistory() : first_(default_policy()) {}

TenantHistory::TenantHistory(std::vector<Version> versions)
    : versions_(std::move(versions)), first_(default_policy()) {
  std::vector<std::vector<MemberChange>> changes;
  for (const auto& version : versions_) changes.push_back(read_changes(version));
  // The first word on a member says what held until then.
  std::set<std::pair<std::string, std::size_t>> spoken_of;
  for (const auto& some : changes) {
    for (const auto& one : some) {
      if (spoken_of.emplace(one.path, one.index ? *one.index + 1 : 0).second) undo(one, first_);
    }
  }
  auto now = first_;
  for (std::size_t i = 0; i < versions_.size(); ++i) {
    for (const auto& one : changes[i]) undo(one, now);
    versions_[i].before = now;
    for (const auto& one : changes[i]) make(one, now);
    versions_[i].after = now;
  }
}

TenantHistory TenantHistory::always(json::object policy) {
  TenantHistory out;
  out.first_ = std::move(policy);
  return out;
}

const json::object& TenantHistory::in_force(base::Timestamp time) const {
  const auto after =
      std::upper_bound(versions_.begin(), versions_.end(), time,
                       [](base::Timestamp then, const Version& version) { return then < version.from; });
  return after == versions_.begin() ? first_ : std::prev(after)->after;
}

base::Result<void> PolicyHistory::add(std::string_view record) {
  TRY_ASSIGN(const auto parts, record::read_record(record));
  if (base::tenant_of({std::string(parts.log)}).value() != base::kSystemTenant) return {};
  TRY_ASSIGN(const auto event, record::read_event(parts.event));
  const auto type = event.plain(record::kType);
  if (type != kChanged && type != kReviewed) return {};
  const base::TenantId tenant{event.text(record::kActionResource)};
  Said said{event.text(record::kId),
            event.text(record::kActionContext),
            std::string(event.plain(record::kActorId)),
            event.text(record::kActorRole),
            event.text(record::kActionName),
            parts.received,
            {std::string(parts.log), base::index_of(parts.seq)}};
  if (type == kReviewed) {
    const Review review{said.received, said.author, said.role, event.text(record::kOutcomeReason), said.at};
    const auto [known, added] = reviews_[tenant].try_emplace(said.id, said.context, review);
    if (!added && review.at < known->second.second.at) known->second.second = review;
    return {};
  }
  const auto [known, added] = said_[tenant].emplace(said.id, said);
  // Each region's log has it; it was in force when the first of them said so.
  if (!added && said.received < known->second.received) known->second = std::move(said);
  return {};
}

std::vector<Review> PolicyHistory::reviews_of(const base::TenantId& tenant, std::string_view change) const {
  std::vector<Review> out;
  const auto found = reviews_.find(tenant);
  if (found == reviews_.end()) return out;
  for (const auto& [id, one] : found->second) {
    if (one.first == change) out.push_back(one.second);
  }
  std::stable_sort(out.begin(), out.end(), [](const Review& a, const Review& b) {
    return std::tie(a.at, a.record.seq) < std::tie(b.at, b.record.seq);
  });
  return out;
}

TenantHistory PolicyHistory::of(const base::TenantId& tenant) const {
  const auto found = said_.find(tenant);
  if (found == said_.end()) return {};
  struct Change {
    std::size_t parts = 1;
    std::vector<std::pair<std::size_t, const Said*>> said;
  };
  std::map<std::string, Change> changes;
  for (const auto& [id, said] : found->second) {
    const auto part = read_change_id(id);
    auto& change = changes[part.change];
    change.parts = part.of;
    change.said.emplace_back(part.number, &said);
  }
  std::vector<std::tuple<base::Timestamp, std::string, std::uint64_t, Version>> sorted;
  for (auto& [id, change] : changes) {
    if (change.said.size() != change.parts) continue;
    std::sort(change.said.begin(), change.said.end());
    Version version;
    version.change = id;
    version.reviews = reviews_of(tenant, id);
    const Said* last = change.said.front().second;
    for (const auto& [number, said] : change.said) {
      version.changes.push_back(said->context);
      version.records.push_back(said->at);
      if (last->received < said->received) last = said;
    }
    version.from = last->received;
    version.author = last->author;
    version.role = last->role;
    version.action = last->action;
    sorted.emplace_back(version.from, last->at.log, version.records.back().seq, std::move(version));
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
           std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
  });
  std::vector<Version> out;
  for (auto& one : sorted) out.push_back(std::move(std::get<3>(one)));
  return TenantHistory(std::move(out));
}

}  // namespace countersign::policy
