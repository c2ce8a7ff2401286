#include "reports/documents/record_events.h"

#include "ledger/base/encoding.h"
#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"

#include <fmt/format.h>

namespace countersign::documents {
namespace {

namespace json = boost::json;

json::object event_of(const EventOf& of, std::string_view type, std::string_view action,
                      const std::string& resource, const std::string& context) {
  json::object out{{"id", of.id},
                   {"time", base::format_rfc3339(of.time)},
                   {"type", std::string(type)},
                   {"tenant", std::string(base::kSystemTenant)}};
  out["action"] = {{"name", std::string(action)}, {"resource", resource}, {"context", context}};
  return out;
}

json::object event_of(const EventOf& of, std::string_view type, std::string_view action,
                      const std::string& resource, const std::string& context, const By& by) {
  auto out = event_of(of, type, action, resource, context);
  for (const auto& member : by.members) out[member.key()] = member.value();
  return out;
}

void name_owner(json::object& event, const Document& document) {
  event["attributes"] = {{"owner", document.owner}};
}

std::string hash_of(const Version& version) { return base::to_hex(version.sha256.view()); }

std::string period_of(const Version& version) {
  std::string out;
  if (version.valid_from) out += fmt::format(" valid_from={}", format_day(*version.valid_from));
  if (version.valid_until) out += fmt::format(" valid_until={}", format_day(*version.valid_until));
  return out;
}

std::string days_of(const Document& document) {
  return fmt::format("{}", fmt::join(document.remind_days, ","));
}

}  // namespace

json::object EventOf::added(const Document& document, const By& by) const {
  auto out = event_of(
      *this, "document.added", "add document", resource_of(document),
      fmt::format("confidentiality={} remind_days={}{} title={}", to_string(document.confidentiality),
                  days_of(document), document.is_nda ? " nda=true" : "", document.title),
      by);
  name_owner(out, document);
  return out;
}

json::object EventOf::added(const Document& document, const Version& version, const By& by) const {
  auto out =
      event_of(*this, "document.added", "add version", resource_of(document, version),
               fmt::format("sha256={} bytes={}{}{}", hash_of(version), version.bytes, period_of(version),
                           version.issuer.empty() ? "" : " issuer=" + version.issuer),
               by);
  name_owner(out, document);
  return out;
}

json::object EventOf::changed(const Document& document, const Document& before, const By& by) const {
  std::string context;
  const auto add = [&](const std::string& what) { context += (context.empty() ? "" : " ") + what; };
  if (document.confidentiality != before.confidentiality)
    add(fmt::format("confidentiality={}", to_string(document.confidentiality)));
  if (document.remind_days != before.remind_days) add(fmt::format("remind_days={}", days_of(document)));
  if (document.owner != before.owner) add("owner");
  if (document.title != before.title) add(fmt::format("title={}", document.title));
  auto out = event_of(*this, "document.changed", "change document", resource_of(document), context, by);
  if (document.owner != before.owner) name_owner(out, document);
  return out;
}

json::object EventOf::withdrawn(const Document& document, const Version& version, std::string_view reason,
                                const By& by) const {
  auto out = event_of(
      *this, "document.withdrawn", "withdraw version", resource_of(document, version),
      fmt::format("sha256={} contents={}", hash_of(version), version.has_contents ? "kept" : "removed"), by);
  out["outcome"] = {{"reason", std::string(reason)}};
  return out;
}

json::object EventOf::viewed(const Document& document, const Version& version, std::string_view context,
                             const By& by) const {
  return event_of(*this, "document.viewed", "download document", resource_of(document, version),
                  fmt::format("sha256={} confidentiality={}{}{}", hash_of(version),
                              to_string(document.confidentiality), context.empty() ? "" : " ", context),
                  by);
}

json::object EventOf::accepted(const Document& nda, const Version& version, const By& by) const {
  return event_of(*this, "nda.accepted", "accept NDA", resource_of(nda, version),
                  fmt::format("sha256={}", hash_of(version)), by);
}

json::object EventOf::expiring(const Document& document, const Version& version, std::int64_t days,
                               std::int64_t left) const {
  auto out =
      event_of(*this, "document.expiring", "remind", resource_of(document, version),
               fmt::format("valid_until={} remind_days={} left={} title={}",
                           format_day(version.valid_until.value_or(Day{})), days, left, document.title));
  name_owner(out, document);
  return out;
}

json::object EventOf::expired(const Document& document, const Version& version) const {
  auto out = event_of(*this, "document.expired", "remind", resource_of(document, version),
                      fmt::format("valid_until={} title={}", format_day(version.valid_until.value_or(Day{})),
                                  document.title));
  name_owner(out, document);
  return out;
}

base::Result<void> check_event(const json::object& event) {
  const record::Sender appliance{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
  const auto prepared = record::prepare_event(event, appliance, record::Vocabulary::system);
  if (prepared) return {};
  return base::fail(base::Code::internal,
                    fmt::format("the system log would not take what was done: {} {}",
                                prepared.error().front().path, prepared.error().front().reason));
}

}  // namespace countersign::documents
