#include "exporters/verify/evidence.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace countersign::verify {
namespace {

namespace json = boost::json;

void append_indented(std::string& out, const json::value& value, std::size_t depth) {
  const auto line = [&](std::size_t level) { out.append("\n").append(2 * level, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    char before = '{';
    for (const auto& member : *object) {
      out.push_back(before);
      before = ',';
      line(depth + 1);
      base::append_json_string(out, {member.key().data(), member.key().size()});
      out.append(": ");
      append_indented(out, member.value(), depth + 1);
    }
    line(depth);
    out.push_back('}');
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    char before = '[';
    for (const auto& one : *array) {
      out.push_back(before);
      before = ',';
      line(depth + 1);
      append_indented(out, one, depth + 1);
    }
    line(depth);
    out.push_back(']');
  } else if (const auto* text = value.if_string()) {
    base::append_json_string(out, {text->data(), text->size()});
  } else {
    out += json::serialize(value);
  }
}

json::object to_json(const Evidence& evidence) {
  json::array filter;
  for (const auto& term : evidence.filter)
    filter.push_back(json::object{{"field", term.field}, {"value", term.value}});
  return {
      {"format", std::string(kEvidenceFormat)},
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
      {"parameters",
       {{"personal_values", evidence.disclosed ? "disclosed" : "withheld"},
        {"timestamp", evidence.timestamped ? "requested" : "none"}}},
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

/// Throws where a member is missing or of another type.
base::Result<Evidence> from_json(const json::object& root) {
  Evidence evidence;
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
  evidence.disclosed = text_at(parameters, "personal_values") == "disclosed";
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

std::string to_indented(const json::value& value) {
  std::string out;
  append_indented(out, value, 0);
  out.push_back('\n');
  return out;
}

std::string format_evidence(const Evidence& evidence) { return to_indented(to_json(evidence)); }

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
