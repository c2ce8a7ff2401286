#include "web/standing/standing_run.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <exception>
#include <utility>

namespace countersign::standing {
namespace {

namespace json = boost::json;

using base::Code;

/// The members are those that to_line() writes; what is missing throws.
base::Result<Run> read_members(const json::value& line) {
  const auto time_at = [](const json::value& from, std::string_view name) {
    return base::parse_rfc3339(std::string_view(from.at(name).as_string()));
  };
  Run out;
  TRY_ASSIGN(out.time, time_at(line, "time"));
  TRY_ASSIGN(out.from, time_at(line.at("period"), "from"));
  TRY_ASSIGN(out.until, time_at(line.at("period"), "to"));
  out.records = line.at("records").to_number<std::uint64_t>();
  out.report_sha256 = std::string(line.at("report_sha256").as_string());
  for (const auto& member : line.at("controls").as_object()) {
    const auto& value = member.value();
    out.controls[std::string(member.key())] = {std::string(value.at("state").as_string()),
                                               value.at("population").to_number<std::uint64_t>(),
                                               value.at("exceptions").to_number<std::uint64_t>()};
  }
  return out;
}

}  // namespace

std::string_view state_of(reports::Outcome outcome) {
  switch (outcome) {
    case reports::Outcome::no_exceptions:
      return "passing";
    case reports::Outcome::exceptions:
      return "failing";
    case reports::Outcome::nothing_to_test:
      break;
  }
  return "nothing_to_test";
}

Run run_of(const reports::Report& report, std::string_view text, base::Timestamp time) {
  Run out;
  out.time = time;
  out.from = report.from;
  out.until = report.until;
  out.records = report.events;
  out.report_sha256 = base::to_hex(crypto::sha256(text).view());
  for (const auto& one : report.controls)
    out.controls[one.control.id] = {std::string(state_of(one.outcome)), one.population, one.exceptions_total};
  return out;
}

std::string to_line(const Run& run) {
  json::object controls;
  for (const auto& [id, one] : run.controls)
    controls[id] = {{"state", one.state}, {"population", one.population}, {"exceptions", one.exceptions}};
  json::object line{
      {"time", base::format_rfc3339(run.time)},
      {"period", {{"from", base::format_rfc3339(run.from)}, {"to", base::format_rfc3339(run.until)}}},
      {"records", run.records},
      {"report_sha256", run.report_sha256}};
  line["controls"] = std::move(controls);
  return json::serialize(line);
}

base::Result<Run> read_line(std::string_view line) {
  const auto damaged = [](const std::string& why) {
    return base::fail(Code::data_loss, "a line of the history of controls is damaged: " + why);
  };
  const auto parsed = base::parse_json(line, {});
  if (!parsed) return damaged(parsed.error().message);
  try {
    auto run = read_members(parsed->value);
    return run ? std::move(run) : base::Result<Run>(damaged(run.error().message));
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
}

}  // namespace countersign::standing
