#include "exporters/siem/facts.h"
#include "exporters/siem/ocsf_objects.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::siem {
namespace {

namespace json = boost::json;

constexpr int kTypePerClass = 100, kClassPerCategory = 1'000, kOther = 99;

struct ClassNames {
  OcsfClass id;
  std::string_view name, category;
};
constexpr std::array<ClassNames, 7> kClasses = {
    {{OcsfClass::base_event, "Base Event", "Uncategorized"},
     {OcsfClass::detection_finding, "Detection Finding", "Findings"},
     {OcsfClass::account_change, "Account Change", "Identity & Access Management"},
     {OcsfClass::authentication, "Authentication", "Identity & Access Management"},
     {OcsfClass::entity_management, "Entity Management", "Identity & Access Management"},
     {OcsfClass::application_lifecycle, "Application Lifecycle", "Application Activity"},
     {OcsfClass::api_activity, "API Activity", "Application Activity"}}};

constexpr std::array<std::string_view, 5> kSeverities = {"Unknown", "Informational", "Low", "Medium", "High"};

/// Those of a finding are the state that it is in.
std::pair<int, std::string_view> status_of(const Entry& entry) {
  if (entry.meaning.ocsf == OcsfClass::detection_finding) {
    if (entry.meaning.type == "finding.opened" || entry.meaning.type == "alarm.raised") return {1, "New"};
    if (entry.meaning.type == "finding.resolved") return {4, "Resolved"};
    return {2, "In Progress"};
  }
  switch (entry.meaning.outcome) {
    case Outcome::success:
      return {1, "Success"};
    case Outcome::failure:
      return {2, "Failure"};
    case Outcome::unknown:
      break;
  }
  return {0, "Unknown"};
}

/// `policy` of `policy.changed`.
std::string entity_type(const Entry& entry) {
  return std::string(entry.meaning.type.substr(0, entry.meaning.type.find('.')));
}

void add_authentication(const Entry& entry, json::object& out) {
  out["user"] = ocsf_user(entry);
  out["service"] = {{"name", entry.view.source}};
  add_object(out, "session", ocsf_session(entry));
  out["src_endpoint"] = ocsf_endpoint(entry);
  if (auto factor = ocsf_auth_factor(entry); !factor.empty()) {
    out["auth_factors"] = json::array{std::move(factor)};
    out["is_mfa"] = true;
  }
}

void add_account(const Entry& entry, json::object& out) {
  out["user"] = ocsf_user(entry);
  out["src_endpoint"] = ocsf_endpoint(entry);
}

void add_entity(const Entry& entry, json::object& out) {
  const auto type = entity_type(entry);
  const auto resource = entry.event.text(record::kActionResource);
  out["entity"] = {{"type", type}, {"type_id", kOther}, {"name", resource.empty() ? type : resource}};
  add_text(out, "comment", entry.event.text(record::kActionContext));
}

void add_api(const Entry& entry, json::object& out) {
  const auto name = entry.event.text(record::kActionName);
  out["actor"] = ocsf_actor(entry);
  if (auto session = ocsf_session(entry); !session.empty()) {
    out["actor"].as_object()["session"] = std::move(session);
  }
  out["api"] = {{"operation", name.empty() ? std::string(entry.meaning.type) : name},
                {"service", {{"name", entry.view.source}}}};
  out["src_endpoint"] = ocsf_endpoint(entry);
  if (const auto resource = entry.event.text(record::kActionResource); !resource.empty())
    out["resources"] = json::array{json::object{{"name", resource}}};
}

void add_application(const Entry& entry, json::object& out) {
  const auto resource = entry.event.text(record::kActionResource);
  const bool of_source = entry.meaning.type.starts_with("source.");
  const auto name = of_source && entry.meaning.type != "source.heartbeat" && !resource.empty()
                        ? resource
                        : std::string(entry.view.source);
  out["app"] = {{"name", name}, {"vendor_name", of_source ? "source" : "Countersign"}};
}

void add_members(const Entry& entry, json::object& out) {
  switch (entry.meaning.ocsf) {
    case OcsfClass::authentication:
      return add_authentication(entry, out);
    case OcsfClass::account_change:
      return add_account(entry, out);
    case OcsfClass::entity_management:
      return add_entity(entry, out);
    case OcsfClass::api_activity:
      return add_api(entry, out);
    case OcsfClass::application_lifecycle:
      return add_application(entry, out);
    case OcsfClass::detection_finding:
      out["finding_info"] = ocsf_finding_info(entry);
      if (entry.finding) add_text(out, "comment", entry.finding->note);
      return;
    case OcsfClass::base_event:
      return;
  }
}

}  // namespace

std::string ocsf(const Entry& entry, const Options& options) {
  const auto id = static_cast<int>(entry.meaning.ocsf);
  const auto& names = *std::ranges::find(kClasses, entry.meaning.ocsf, &ClassNames::id);
  const auto severity = static_cast<std::size_t>(entry.meaning.severity);
  const auto [status_id, status] = status_of(entry);
  const bool other = entry.meaning.activity == kOtherActivity;
  json::object out{
      {"time", entry.occurred.micros / 1'000},
      {"class_uid", id},
      {"class_name", names.name},
      {"category_uid", id / kClassPerCategory},
      {"category_name", names.category},
      {"activity_id", entry.meaning.activity},
      {"activity_name", entry.meaning.activity_name},
      {"type_uid", id * kTypePerClass + entry.meaning.activity},
      {"type_name", fmt::format("{}: {}", names.name, other ? "Other" : entry.meaning.activity_name)},
      {"severity_id", severity},
      {"severity", kSeverities.at(severity)},
      {"status_id", status_id},
      {"status", status},
      {"message", message_of(entry)},
      {"metadata", ocsf_metadata(entry, options)}};
  add_text(out, "status_detail", entry.event.text(record::kOutcomeReason));
  add_members(entry, out);
  if (auto observables = ocsf_observables(entry); !observables.empty())
    out["observables"] = std::move(observables);
  if (options.with_record) out["raw_data"] = entry.record;
  out["unmapped"] = {{"countersign", facts_of(entry, Attributes::object)}};
  return json::serialize(out);
}

}  // namespace countersign::siem
