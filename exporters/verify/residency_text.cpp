#include "exporters/verify/evidence.h"
#include "exporters/verify/residency.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/value.hpp>

namespace countersign::verify {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "countersign-residency/1";
constexpr std::string_view kResidencyStatement =
    "This says where the records and personal values of one tenant were kept over the period, as far as the "
    "system "
    "log of the region tells. The records that it follows from are in data/residency.jsonl, word for word.";
constexpr std::string_view kNotProven[] = {
    "That the system log holds no further record of this tenant: inclusion proves what is there, not that "
    "nothing "
    "else is. A move that is missing between two others is seen, because each begins where the one before "
    "ended; one "
    "that is missing at the end is not.",
    "What was done at other appliances, on other machines, to copies after they were handed out, or after "
    "the system "
    "log's checkpoint.",
    "Where this export goes: its destination is as stated by whoever made it. It is recorded in the system "
    "log under "
    "the event named here.",
};
constexpr std::string_view kNoSystemLog =
    "Pins, moves and exports: no checkpoint covered a system log of the region when the bundle was made.";

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

json::value time_or_null(const std::optional<base::Timestamp>& time) {
  if (!time) return nullptr;
  return json::string(base::format_rfc3339(*time));
}

json::array pins_of(const Residency& residency) {
  json::array out;
  for (const auto& pin : residency.pins)
    out.push_back({{"region", pin.region.value()},
                   {"from", time_or_null(pin.from)},
                   {"until", time_or_null(pin.until)}});
  return out;
}

json::array moves_of(const Residency& residency) {
  json::array out;
  for (const auto& move : residency.moves)
    out.push_back({{"recorded", base::format_rfc3339(move.received)},
                   {"from", move.from.value()},
                   {"to", move.to.value()},
                   {"reason", move.reason},
                   {"seq", move.seq}});
  return out;
}

json::object exports_of(const Residency& residency) {
  json::array crossed;
  for (const auto& one : residency.crossed)
    crossed.push_back({{"recorded", base::format_rfc3339(one.received)},
                       {"destination", one.destination->value()},
                       {"seq", one.seq}});
  return {{"known", residency.exports},
          {"without_destination", residency.without_destination},
          {"crossed_border", std::move(crossed)}};
}

json::value head_of(const std::optional<SystemLogHead>& head) {
  if (!head) return nullptr;
  return {{"log", head->log.text},
          {"size", head->size},
          {"root", base::to_base64(head->root.view())},
          {"time", base::format_rfc3339({head->time * 1'000'000})}};
}

std::string text_at(const json::value& object, std::string_view name) {
  const auto& found = object.at(json::string_view(name.data(), name.size())).as_string();
  return {found.data(), found.size()};
}

base::Result<base::Timestamp> time_at(const json::value& object, std::string_view name) {
  return base::parse_canonical_time(text_at(object, name));
}

std::uint64_t number_at(const json::value& object, std::string_view name) {
  return object.at(json::string_view(name.data(), name.size())).to_number<std::uint64_t>();
}

/// Throws where a member is missing or of another type.
base::Result<ResidencyFacts> facts_from(const json::value& root) {
  ResidencyFacts facts;
  const auto& scope = root.at("scope");
  facts.tenant = base::TenantId(text_at(scope, "tenant"));
  TRY_ASSIGN(facts.region, base::parse_region(text_at(scope, "region")));
  facts.log = base::LogName{text_at(scope, "log")};
  TRY_ASSIGN(facts.period.from, time_at(root.at("period"), "from"));
  TRY_ASSIGN(facts.period.to, time_at(root.at("period"), "to"));
  facts.records = number_at(root.at("records"), "count");
  facts.disclosed = number_at(root.at("personal_values"), "disclosed");
  const auto& run = root.at("this_export");
  TRY_ASSIGN(facts.run_at, time_at(run, "at"));
  TRY_ASSIGN(facts.destination, base::parse_region(text_at(run, "destination")));
  facts.event = text_at(run, "event");
  if (const auto& head = root.at("system_log"); !head.is_null()) {
    SystemLogHead system;
    system.log = base::LogName{text_at(head, "log")};
    system.size = number_at(head, "size");
    TRY_ASSIGN(system.root, base::digest_from_base64(text_at(head, "root")));
    TRY_ASSIGN(const auto time, time_at(head, "time"));
    system.time = time.micros / 1'000'000;
    facts.system_log = std::move(system);
  }
  return facts;
}

/// What residency_of would compute, as the text says it: for parse_residency, which knows no records.
base::Result<Residency> residency_from(const json::value& root) {
  Residency out;
  TRY_ASSIGN(out.facts, facts_from(root));
  const auto optional_time = [](const json::value& value) -> base::Result<std::optional<base::Timestamp>> {
    if (value.is_null()) return std::optional<base::Timestamp>();
    const auto& written = value.as_string();
    TRY_ASSIGN(const auto time, base::parse_canonical_time({written.data(), written.size()}));
    return std::optional(time);
  };
  for (const auto& one : root.at("pins").as_array()) {
    Pin pin{base::RegionId(text_at(one, "region")), {}, {}};
    TRY_ASSIGN(pin.from, optional_time(one.at("from")));
    TRY_ASSIGN(pin.until, optional_time(one.at("until")));
    out.pins.push_back(std::move(pin));
  }
  out.gaps = number_at(root, "moves_missing");
  for (const auto& one : root.at("moves").as_array()) {
    SystemRecord move;
    TRY_ASSIGN(move.received, time_at(one, "recorded"));
    move.from = base::RegionId(text_at(one, "from"));
    move.to = base::RegionId(text_at(one, "to"));
    move.reason = text_at(one, "reason");
    move.seq = number_at(one, "seq");
    out.moves.push_back(std::move(move));
  }
  const auto& exports = root.at("exports");
  out.exports = number_at(exports, "known");
  out.without_destination = number_at(exports, "without_destination");
  for (const auto& one : exports.at("crossed_border").as_array()) {
    SystemRecord crossed;
    TRY_ASSIGN(crossed.received, time_at(one, "recorded"));
    crossed.destination = base::RegionId(text_at(one, "destination"));
    crossed.seq = number_at(one, "seq");
    out.crossed.push_back(std::move(crossed));
  }
  return out;
}

/// Throws where a member is missing or of another type.
base::Result<ResidencyProofs> proofs_from(const json::value& root) {
  ResidencyProofs proofs;
  proofs.checkpoint = text_at(root, "checkpoint");
  for (const auto& one : root.at("records").as_array()) {
    ResidencyProofs::Place place;
    place.seq = number_at(one, "seq");
    for (const auto& hash : one.at("path").as_array()) {
      const auto& written = hash.as_string();
      TRY_ASSIGN(const auto digest, base::digest_from_base64({written.data(), written.size()}));
      place.path.push_back(digest);
    }
    proofs.places.push_back(std::move(place));
  }
  return proofs;
}

auto misspelt(std::string_view name) {
  return base::fail(
      base::Code::data_loss,
      std::string(name) + " does not have the members that it must have, spelled as they must be");
}

}  // namespace

std::string format_residency(const Residency& residency) {
  const auto& facts = residency.facts;
  json::array not_proven;
  if (!facts.system_log) not_proven.push_back(text(kNoSystemLog));
  for (const auto sentence : kNotProven) not_proven.push_back(text(sentence));
  return base::to_indented(
      {{"format", text(kFormat)},
       {"statement", text(kResidencyStatement)},
       {"scope",
        {{"tenant", facts.tenant.value()}, {"region", facts.region.value()}, {"log", facts.log.text}}},
       {"period",
        {{"from", base::format_rfc3339(facts.period.from)}, {"to", base::format_rfc3339(facts.period.to)}}},
       {"records", {{"count", facts.records}, {"kept_in", facts.region.value()}}},
       {"personal_values", {{"disclosed", facts.disclosed}, {"kept_in", facts.region.value()}}},
       {"pins", pins_of(residency)},
       {"moves", moves_of(residency)},
       {"moves_missing", residency.gaps},
       {"exports", exports_of(residency)},
       {"this_export",
        {{"at", base::format_rfc3339(facts.run_at)},
         {"destination", facts.destination.value()},
         {"crossed_border", residency.crosses_border()},
         {"event", facts.event}}},
       {"system_log", head_of(facts.system_log)},
       {"not_proven", std::move(not_proven)}});
}

base::Result<ResidencyFacts> parse_residency(std::string_view content) {
  TRY_ASSIGN(const auto parsed, base::parse_json(content, {.depth_max = 8}));
  try {
    auto residency = residency_from(parsed.value);
    if (!residency || format_residency(*residency) != content) return misspelt("data/residency.json");
    return std::move(residency->facts);
  } catch (const std::exception&) {
    return misspelt("data/residency.json");
  }
}

std::string format_residency_proofs(const ResidencyProofs& proofs) {
  json::array records;
  for (const auto& place : proofs.places) {
    json::array path;
    for (const auto& hash : place.path) path.push_back(json::string(base::to_base64(hash.view())));
    records.push_back({{"seq", place.seq}, {"path", std::move(path)}});
  }
  return base::to_indented({{"checkpoint", proofs.checkpoint}, {"records", std::move(records)}});
}

base::Result<ResidencyProofs> parse_residency_proofs(std::string_view content) {
  TRY_ASSIGN(const auto parsed, base::parse_json(content, {.depth_max = 8}));
  try {
    auto proofs = proofs_from(parsed.value);
    if (!proofs || format_residency_proofs(*proofs) != content) return misspelt("data/residency.proofs.json");
    return proofs;
  } catch (const std::exception&) {
    return misspelt("data/residency.proofs.json");
  }
}

}  // namespace countersign::verify
