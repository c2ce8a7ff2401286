#include "apps/policy_events.h"

#include "apps/system_events.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/policy/change_id.h"
#include "ledger/retention/rules_document.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using Texts = std::vector<std::string>;

constexpr std::size_t kContextMax = 1'000;  ///< of action.context, 1,024, with room for a counter

std::string list(const Texts& texts) { return json::serialize(json::array(texts.begin(), texts.end())); }

void note(std::string_view member, const std::string& before, const std::string& after, Texts& out) {
  if (before != after) out.push_back(fmt::format("{}: before {}, after {}", member, before, after));
}

/// In as many parts as it takes.
void note_long(std::string_view member, std::string_view what, const Texts& names, Texts& out) {
  Texts some;
  const auto text = [&] { return fmt::format("{}: {} {}", member, what, list(some)); };
  for (const auto& name : names) {
    some.push_back(name);
    if (text().size() <= kContextMax) continue;
    some.pop_back();
    out.push_back(text());
    some = {name};
  }
  if (!some.empty()) out.push_back(text());
}

Texts without(const Texts& all, const Texts& others) {
  Texts out;
  std::set_difference(all.begin(), all.end(), others.begin(), others.end(), std::back_inserter(out));
  return out;
}

void note_list(std::string_view member, const Texts& before, const Texts& after, Texts& out) {
  if (before == after) return;
  auto whole = fmt::format("{}: before {}, after {}", member, list(before), list(after));
  if (whole.size() <= kContextMax) return out.push_back(std::move(whole));
  note_long(member, "removed", without(before, after), out);
  note_long(member, "added", without(after, before), out);
}

/// The order of rules for types counts, so each place in the list is told by itself, `null` where it is
/// empty.
void note_retention(const retention::TenantRules& was, const retention::TenantRules& is, Texts& out) {
  note("retention.rule", was.rule, is.rule, out);
  note("retention.keep", to_string(was.keep), to_string(is.keep), out);
  note("retention.at_hand", to_string(was.at_hand), to_string(is.at_hand), out);
  const auto before = retention::to_json(was), after = retention::to_json(is);
  const auto &old = before.at("types").as_array(), &young = after.at("types").as_array();
  const auto text = [](const json::array& types, std::size_t i) {
    return i < types.size() ? json::serialize(types[i]) : std::string("null");
  };
  for (std::size_t i = 0; i < std::max(old.size(), young.size()); ++i)
    note(fmt::format("retention.types[{}]", i), text(old, i), text(young, i), out);
}

json::object action_of(PolicyAuthor::How how, const std::string& tenant, const std::string& change) {
  static constexpr std::array<json::string_view, 4> kNames{"tenant policy set", "retention set",
                                                           "policy put over HTTP", "policy found"};
  return {{"name", kNames.at(static_cast<std::size_t>(how))}, {"resource", tenant}, {"context", change}};
}

}  // namespace

Texts policy_changes(const ingest::Tenant& before, const ingest::Tenant& after) {
  Texts out;
  for (const auto role : ingest::kRoles)
    note(fmt::format("sharing with the role {}", to_string(role)),
         std::string(to_string(before.sharing.of(role))), std::string(to_string(after.sharing.of(role))),
         out);
  const auto &was = before.access, &is = after.access;
  note("access.factors", list(was.factors()), list(is.factors()), out);
  note_list("access.step_up.actions", was.actions(), is.actions(), out);
  note("access.step_up.window_s", std::to_string(was.step_up_window_s()),
       std::to_string(is.step_up_window_s()), out);
  note("access.audit_access.window_s", std::to_string(was.audit_window_s()),
       std::to_string(is.audit_window_s()), out);
  note("access.audit_access.single_records", fmt::to_string(was.audit_single_records()),
       fmt::to_string(is.audit_single_records()), out);
  note("access.audit_access.four_eyes", fmt::to_string(was.four_eyes()), fmt::to_string(is.four_eyes()), out);
  note("access.lockout.attempts", std::to_string(was.lockout_attempts()),
       std::to_string(is.lockout_attempts()), out);
  note_list("attributes.not_personal", before.attributes.not_personal(), after.attributes.not_personal(),
            out);
  note_list("monitoring.parameters", before.monitoring.parameters(), after.monitoring.parameters(), out);
  note_retention(before.retention, after.retention, out);
  return out;
}

std::vector<base::RegionId> regions_told(const Config& config, const ingest::Tenant& tenant) {
  if (tenant.region.value().empty()) return config.regions;
  std::vector<base::RegionId> out;
  std::copy_if(config.regions.begin(), config.regions.end(), std::back_inserter(out),
               [&](const base::RegionId& region) { return tenant.was_in(region); });
  if (out.empty()) out.push_back(config.regions.front());
  return out;
}

base::Result<void> note_policy_change(const Config& config, const ingest::Tenant& before,
                                      const ingest::Tenant& after, const PolicyAuthor& by) {
  const auto regions = regions_told(config, after);
  const auto changes = policy_changes(before, after);
  const auto time = base::system_clock()();
  policy::ChangePart part{crypto::random_id(crypto::system_entropy()), 0, changes.size()};
  for (const auto& change : changes) {
    ++part.number;
    auto event = system_event(policy::change_id(part), "policy.changed", time);
    if (by.how != PolicyAuthor::How::appliance)
      event["actor"] = {{"id", by.name},
                        {"role", by.how == PolicyAuthor::How::http ? "operator" : "account"}};
    event["action"] = action_of(by.how, after.id.value(), change);
    for (const auto& region : regions) TRY(leave_in_outbox(config.region_files(region), event));
  }
  return {};
}

}  // namespace countersign::apps
