#include "apps/policy_events.h"

#include "apps/system_events.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
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
  return out;
}

base::Result<void> note_policy_change(const Config& config, const ingest::Tenant& before,
                                      const ingest::Tenant& after, const PolicyAuthor& by) {
  std::vector<base::RegionId> regions;
  std::copy_if(config.regions.begin(), config.regions.end(), std::back_inserter(regions),
               [&](const base::RegionId& region) { return after.was_in(region); });
  if (regions.empty()) regions.push_back(config.regions.front());
  for (const auto& change : policy_changes(before, after)) {
    auto event = system_event_now("policy.changed");
    const bool http = by.how == PolicyAuthor::How::http;
    event["actor"] = {{"id", by.name}, {"role", http ? "operator" : "account"}};
    event["action"] = {{"name", http ? "policy put over HTTP" : "tenant policy set"},
                       {"resource", after.id.value()},
                       {"context", change}};
    for (const auto& region : regions) TRY(leave_in_outbox(config.region_files(region), event));
  }
  return {};
}

}  // namespace countersign::apps
