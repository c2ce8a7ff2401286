#include "apps/evidence_facts.h"

#include "apps/evidence_figures.h"
#include "apps/newest_report.h"
#include "apps/vendor_stores.h"
#include "collector/endpoints/policy_document.h"
#include "ledger/base/json.h"
#include "reports/engine/catalogue.h"
#include "web/standing/last_found.h"
#include "web/standing/standing_book.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using answers::Facts;
using base::Timestamp;

base::Result<void> put_controls(const Config& config, const base::RegionId& region,
                                const base::TenantId& tenant, Timestamp now, Facts& out) {
  const standing::Book book(config.region_files(region).folder);
  std::vector<standing::Run> runs;
  TRY_ASSIGN(auto last, book.newest(tenant));
  if (last) runs.push_back(std::move(*last));
  TRY_ASSIGN(auto watched, book.watched(tenant));
  if (watched) runs.push_back(std::move(*watched));
  const auto found = standing::last_found(runs, now);
  for (const auto& definition : reports::Catalogue::built_in().definitions()) {
    if (definition.kind != reports::Kind::control) continue;
    const auto cites = "control:" + definition.id;
    const auto one = found.find(definition.id);
    const auto as_of = one == found.end() ? now : one->second.tested;
    const auto put = [&](std::string_view member, std::string value) {
      return out.set(fmt::format("control.{}.{}", definition.id, member), {std::move(value), cites, as_of});
    };
    if (one == found.end()) {
      TRY(put("state", std::string(standing::kUntested)));
      continue;
    }
    const auto& [control, from, until, tested] = one->second;
    TRY(put("state", std::string(standing::word_of(control.state))));
    TRY(put("items", std::to_string(control.population)));
    TRY(put("exceptions", std::to_string(control.exceptions)));
    TRY(put("from", base::format_rfc3339(from)));
    TRY(put("until", base::format_rfc3339(until)));
    TRY(put("tested", base::format_rfc3339(tested)));
  }
  return {};
}

/// A list as words; of the rules for types of events the types.
std::string words_of(const json::array& list) {
  std::string out;
  for (const auto& one : list) {
    const auto* rule = one.if_object();
    const auto& word = rule != nullptr ? rule->at("types") : one;
    if (!out.empty()) out += ", ";
    out += std::string_view(word.as_string());
  }
  return out;
}

base::Result<void> put_members(const json::object& members, const std::string& path, Timestamp now,
                               Facts& out) {
  for (const auto& member : members) {
    const auto name = path.empty() ? std::string(member.key()) : fmt::format("{}.{}", path, member.key());
    const auto put = [&](std::string value) {
      return out.set("policy." + name, {std::move(value), "policy:" + name, now});
    };
    if (const auto* object = member.value().if_object()) {
      TRY(put_members(*object, name, now, out));
    } else if (const auto* list = member.value().if_array()) {
      // A list that no fact can hold is not known.
      static_cast<void>(put(words_of(*list)));
    } else if (const auto* text = member.value().if_string()) {
      TRY(put(std::string(*text)));
    } else {
      TRY(put(json::serialize(member.value())));
    }
  }
  return {};
}

base::Result<void> put_policy(const ingest::Tenant& tenant, Timestamp now, Facts& out) {
  TRY_ASSIGN(auto parsed, base::parse_json(endpoints::policy_document(tenant), {}));
  auto& policy = parsed.value.as_object();
  policy.erase("tenant");
  return put_members(policy, "", now, out);
}

base::Result<void> put_documents(const std::map<std::string, std::string>& documents, Timestamp now,
                                 Facts& out) {
  constexpr std::string_view kBegin = "document.";
  for (const auto& [name, value] : documents) {
    if (!name.starts_with(kBegin))
      return base::fail(base::Code::internal, "what is said of a document is no fact of one");
    const auto kind = name.substr(kBegin.size(), name.rfind('.') - kBegin.size());
    TRY(out.set(name, {value, "document:" + kind, now}));
  }
  return {};
}

base::Result<void> put_report(const Config& config, const base::RegionId& region,
                              const base::TenantId& tenant, Facts& out) {
  TRY_ASSIGN(const auto members, newest_report(config.region_files(region), tenant));
  if (members.empty()) return {};
  TRY_ASSIGN(const auto made, base::parse_canonical_time(members.at("made")));
  for (const auto& [name, value] : members) TRY(out.set("report." + name, {value, "report:newest", made}));
  return {};
}

}  // namespace

base::Result<Facts> evidence_facts(const Config& config, const ingest::Registry& registry,
                                   const base::RegionId& region, const base::TenantId& tenant,
                                   const std::map<std::string, std::string>& documents, Timestamp now) {
  const auto* known = registry.tenant(tenant);
  if (known == nullptr)
    return base::fail(base::Code::not_found, fmt::format("there is no tenant {}", tenant.value()));
  if (!config.keeps(region))
    return base::fail(base::Code::not_found, fmt::format("the region {} is not kept here", region.value()));
  Facts out;
  // Policies before what was found by them.
  TRY(put_policy(*known, now, out));
  TRY(put_controls(config, region, tenant, now, out));
  TRY_ASSIGN(const auto figures, evidence_figures(config, registry, region, tenant, now));
  for (const auto& [name, value] : figures) TRY(out.set("figure." + name, {value, "figure:" + name, now}));
  TRY(put_report(config, region, tenant, out));
  TRY(put_documents(documents, now, out));
  return out;
}

base::Result<answers::Facts> evidence_facts(const Config& config, const ingest::Registry& registry,
                                            const base::RegionId& region, const base::TenantId& tenant,
                                            base::Timestamp now) {
  TRY_ASSIGN(const auto documents, facts_of_documents(config, now));
  return evidence_facts(config, registry, region, tenant, documents, now);
}

base::Result<ingest::Registry> registry_with_rules(const Config& config) {
  TRY_ASSIGN(auto registry, ingest::Registry::load(config.registry()));
  TRY_ASSIGN(const auto rules, retention::RuleBook::load(config.retention()));
  registry.put(rules);
  return registry;
}

}  // namespace countersign::apps
