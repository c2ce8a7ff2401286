#include "exporters/verify/evidence.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace countersign::verify {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormats[] = {"countersign-bundle/1", "countersign-bundle/2"};

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::object scope_to_json(const jsonl::DisclosureScope& scope) {
  json::object out;
  if (!scope.kinds.empty()) out["kinds"] = jsonl::to_text(scope.kinds);
  if (!scope.records.empty()) out["records"] = scope.records.to_text();
  if (scope.tokens) {
    auto& tokens = out["tokens"].emplace_array();
    for (const auto& token : *scope.tokens) tokens.emplace_back(token);
  }
  return out;
}

json::object parameters_to_json(const Evidence& evidence) {
  json::object out;
  if (evidence.format == 1) {
    out["personal_values"] = evidence.profile == record::Profile::full ? "disclosed" : "withheld";
  } else {
    out["personal_values"] = text_of(record::to_string(evidence.profile));
    if (!evidence.scope.empty()) out["disclosure"] = scope_to_json(evidence.scope);
    if (!evidence.recipient.empty()) out["recipient"] = evidence.recipient;
  }
  out["timestamp"] = evidence.timestamped ? "requested" : "none";
  return out;
}

json::object to_json(const Evidence& evidence) {
  json::array filter;
  for (const auto& term : evidence.filter)
    filter.push_back(json::object{{"field", term.field}, {"value", term.value}});
  return {
      {"format", text_of(kFormats[evidence.format - 1])},
      {"statement", std::string(kStatement)},
      {"scope",
       {{"tenant", evidence.tenant.value()},
        {"region", evidence.region.value()},
        {"log", evidence.log.text}}},
      {"period",
       {{"from", base::format_rfc3339(evidence.period.from)},
        {"to", base::format_rfc3339(evidence.period.to)},
        {"by", "received"}}},
      {"filter", std::move(filter)},
      {"query",
       {{"text", evidence.query_text}, {"sha256", base::to_hex(crypto::sha256(evidence.query_text).view())}}},
      {"parameters", parameters_to_json(evidence)},
      {"run",
       {{"at", base::format_rfc3339(evidence.run_at)},
        {"requested_by", evidence.requested_by},
        {"software", evidence.software}}},
      {"counts", evidence.counts},
      {"totals", evidence.totals},
      {"gaps", evidence.gaps},
      {"late_arrivals", evidence.late_arrivals},
      {"checkpoint",
       {{"size", evidence.checkpoint_size},
        {"root", base::to_base64(evidence.checkpoint_root.view())},
        {"time", base::format_rfc3339({evidence.checkpoint_time * 1'000'000})}}},
      {"not_covered", {{"records_beyond_checkpoint", evidence.beyond_checkpoint}}},
  };
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto& text = object.at(json::string_view(name.data(), name.size())).as_string();
  return {text.data(), text.size()};
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
  return object.at(json::string_view(name.data(), name.size())).to_number<std::uint64_t>();
}

/// Throws where a member is of another type.
base::Result<jsonl::DisclosureScope> scope_from_json(const json::object& from) {
  jsonl::DisclosureScope scope;
  if (from.contains("kinds")) {
    TRY_ASSIGN(scope.kinds, jsonl::parse_kinds(text_at(from, "kinds")));
  }
  if (from.contains("records")) {
    TRY_ASSIGN(scope.records, jsonl::SeqRanges::parse(text_at(from, "records")));
  }
  if (const auto* tokens = from.if_contains("tokens")) {
    scope.tokens.emplace();
    for (const auto& token : tokens->as_array()) scope.tokens->emplace_back(token.as_string());
  }
  return scope;
}

/// What a bundle of either format says of the personal values; what it should not say is seen when it is
/// written again.
base::Result<void> read_profile(const json::object& parameters, Evidence& evidence) {
  const auto profile = text_at(parameters, "personal_values");
  if (evidence.format == 1) {
    evidence.profile = profile == "disclosed" ? record::Profile::full : record::Profile::pseudonymous;
    return {};
  }
  const auto parsed = record::parse_profile(profile);
  if (!parsed) return base::fail(base::Code::data_loss, "evidence.json names a profile that is not known");
  evidence.profile = *parsed;
  if (const auto* scope = parameters.if_contains("disclosure")) {
    TRY_ASSIGN(evidence.scope, scope_from_json(scope->as_object()));
  }
  if (parameters.contains("recipient")) evidence.recipient = text_at(parameters, "recipient");
  return {};
}

/// Throws where a member is missing or of another type.
base::Result<Evidence> from_json(const json::object& root) {
  Evidence evidence;
  evidence.format = text_at(root, "format") == kFormats[0] ? 1 : 2;
  const auto& scope = root.at("scope").as_object();
  evidence.tenant = base::TenantId(text_at(scope, "tenant"));
  evidence.region = base::RegionId(text_at(scope, "region"));
  evidence.log = base::LogName{text_at(scope, "log")};
  const auto& period = root.at("period").as_object();
  TRY_ASSIGN(evidence.period.from, base::parse_canonical_time(text_at(period, "from")));
  TRY_ASSIGN(evidence.period.to, base::parse_canonical_time(text_at(period, "to")));
  for (const auto& term : root.at("filter").as_array())
    evidence.filter.push_back({text_at(term.as_object(), "field"), text_at(term.as_object(), "value")});
  evidence.query_text = text_at(root.at("query").as_object(), "text");
  const auto& parameters = root.at("parameters").as_object();
  TRY(read_profile(parameters, evidence));
  evidence.timestamped = text_at(parameters, "timestamp") == "requested";
  const auto& run = root.at("run").as_object();
  TRY_ASSIGN(evidence.run_at, base::parse_canonical_time(text_at(run, "at")));
  evidence.requested_by = text_at(run, "requested_by");
  evidence.software = text_at(run, "software");
  evidence.counts = root.at("counts").as_object();
  evidence.totals = root.at("totals").as_object();
  evidence.gaps = root.at("gaps").as_object();
  evidence.late_arrivals = root.at("late_arrivals").as_object();
  const auto& checkpoint = root.at("checkpoint").as_object();
  evidence.checkpoint_size = number_at(checkpoint, "size");
  TRY_ASSIGN(evidence.checkpoint_root, base::digest_from_base64(text_at(checkpoint, "root")));
  TRY_ASSIGN(const auto time, base::parse_canonical_time(text_at(checkpoint, "time")));
  evidence.checkpoint_time = time.micros / 1'000'000;
  evidence.beyond_checkpoint = number_at(root.at("not_covered").as_object(), "records_beyond_checkpoint");
  return evidence;
}

}  // namespace

std::string format_evidence(const Evidence& evidence) { return base::to_indented(to_json(evidence)); }

base::Result<Evidence> parse_evidence(std::string_view text) {
  TRY_ASSIGN(const auto parsed, base::parse_json(text, {.depth_max = 8}));
  const auto bad = [] {
    return base::fail(base::Code::data_loss,
                      "evidence.json does not have the members that it must have, "
                      "spelled as they must be");
  };
  if (!parsed.value.is_object()) return bad();
  try {
    auto evidence = from_json(parsed.value.get_object());
    if (!evidence || format_evidence(*evidence) != text) return bad();
    return evidence;
  } catch (const std::exception&) {
    return bad();
  }
}

}  // namespace countersign::verify
