#include "reports/monitor/detection_query.h"

#include "reports/engine/catalogue.h"
#include "reports/engine/parameters.h"
#include "reports/engine/run_control.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::monitor {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond;

std::int64_t length_of(const reports::Parameter& parameter) {
  const auto* number = std::get_if<std::int64_t>(&parameter.value);
  if (number == nullptr) return 0;
  if (parameter.unit == "s") return *number * kSecond;
  return parameter.unit == "days" ? *number * kDay : 0;
}

}  // namespace

std::vector<reports::Definition> detections(const std::vector<std::string>& settings,
                                            const std::function<void(const std::string&)>& told) {
  auto all = reports::Catalogue::built_in().definitions();
  // One by one: what an older or newer version does not know must not keep the others from being used.
  for (const auto& setting : settings) {
    const auto set = reports::set_parameters(all, {setting});
    if (!set && told) told(set.error().message);
  }
  std::erase_if(all, [](const auto& one) { return one.kind != reports::Kind::detection; });
  return all;
}

std::int64_t longest_look_back(const std::vector<reports::Definition>& detections) {
  std::int64_t longest = 0;
  for (const auto& one : detections) {
    std::int64_t sum = 0;
    for (const auto& parameter : one.parameters) sum += length_of(parameter);
    longest = std::max(longest, sum);
  }
  return longest;
}

base::Result<DetectionQuery> DetectionQuery::prepare(sqlite::Guard& guard, reports::Definition definition) {
  const auto& query = definition.exceptions;
  sqlite::Refusal refusal;
  auto statement = guard.prepare(query.sql, refusal);
  if (!statement)
    return fail(Code::invalid_argument,
                fmt::format("{}:{}: {}", query.file, query.line_in_file(refusal.line), refusal.why));
  const auto names = statement->parameter_names();
  const bool time = std::any_of(names.begin(), names.end(),
                                [](const auto& name) { return name == "until" || name == "known_until"; });
  return DetectionQuery(guard, std::move(*statement), std::move(definition), time);
}

base::Result<void> DetectionQuery::run(const reports::QueryScope& scope, std::uint64_t records,
                                       const Visit& visit) {
  const auto& query = definition_.exceptions;
  reports::bind_parameters(statement_, definition_, scope);
  guard_->allow_steps(reports::steps_for(records));
  base::Result<void> done;
  for (;;) {
    const auto more = statement_.step();
    if (!more && guard_->ran_out())
      done = fail(Code::resource_exhausted,
                  fmt::format("{}:{}: the query was stopped: it takes more steps than {} records justify",
                              query.file, query.line, records));
    else if (!more)
      done = fail(fmt::format("{}:{}", query.file, query.line), more.error());
    if (!more || !*more) break;
    auto exception = reports::read_exception(statement_, query);
    if (!exception) {
      done = fail(exception.error());
      break;
    }
    visit(std::move(*exception));
  }
  statement_.reset();
  guard_->allow_steps(0);
  return done;
}

}  // namespace countersign::monitor
