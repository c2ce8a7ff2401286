#include "tests/reports/controls/year_plan.h"

#include <algorithm>
#include <stdexcept>

namespace countersign::testing {

std::int64_t at(std::string_view time) { return base::parse_rfc3339(time).value().micros; }
std::string text_of(std::int64_t micros) { return base::format_rfc3339({micros}); }

void YearPlan::add(std::int64_t time, std::function<std::uint64_t(Tale&)> tell, std::string_view mark) {
  steps_.push_back({time, steps_.size(), std::move(tell), std::string(mark)});
}

void YearPlan::say(std::int64_t time, std::string_view type, Tale::Members members, std::string_view source,
                   std::string_view mark) {
  boost::json::object event;
  for (const auto& [name, value] : members)
    event.insert_or_assign(boost::json::string_view(name.data(), name.size()), value.json);
  const auto how = sources.find(std::string(source));
  const auto sent = how != sources.end() ? how->second : Source{};
  const auto name = sent.name.empty() ? std::string(source) : sent.name;
  add(
      time,
      [time, type = std::string(type), event = std::move(event), name, sent](Tale& tale) {
        return tale.say(text_of(time), type, event, name, sent.proof, sent.received_after_s);
      },
      mark);
}

void YearPlan::system(std::int64_t time, std::string_view type, Tale::Members members,
                      std::string_view mark) {
  add(
      time,
      [time, type = std::string(type), members = std::vector<Tale::Member>(members)](Tale& tale) {
        return tale.system(text_of(time), type, members);
      },
      mark);
}

void YearPlan::policy(std::int64_t time, std::string member, boost::json::value before,
                      boost::json::value after, std::string_view mark) {
  add(
      time,
      [time, member = std::move(member), before = std::move(before), after = std::move(after)](Tale& tale) {
        tale.policy(text_of(time), member, before, after);
        return tale.system_records().size() - 1;
      },
      mark);
}

Year YearPlan::tell() {
  std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
    return std::pair(a.time, a.number) < std::pair(b.time, b.number);
  });
  Year year;
  std::map<std::string, std::uint64_t> numbers;
  for (auto& step : steps_) {
    const auto number = step.tell(year.tale);
    if (!step.mark.empty()) numbers.emplace(step.mark, number);
    step.tell = nullptr;
  }
  const auto number_of = [&](const std::string& mark) {
    const auto found = numbers.find(mark);
    if (found == numbers.end()) throw std::logic_error("nothing was planted as " + mark);
    return found->second;
  };
  for (const auto& [control, mark] : marks_) planted_[control].insert(std::to_string(number_of(mark)));
  for (const auto& [control, mark] : behind_) planted_[control].insert(std::to_string(number_of(mark) + 1));
  for (const auto& mark : lost_) year.tale.lose(number_of(mark));
  year.planted = std::move(planted_);
  return year;
}

Year clean_year(std::uint64_t seed, const YearSize& size) {
  YearPlan plan(seed);
  plan_appliance(plan);
  plan_people(plan, size);
  return plan.tell();
}

Year planted_year(std::uint64_t seed, const YearSize& size) {
  YearPlan plan(seed);
  plan_appliance(plan, {"2025-11-20"},
                 {"2025-11-03", "2025-11-04", "2025-11-05", "2025-11-06", "2025-11-07", "2025-11-08",
                  "2025-11-09", "2025-11-10", "2025-11-11", "2025-11-12"},
                 false);
  plan.expect_item("KEY-ROTATION", "clock key 1");
  plan.expect_item("LEDGER-VERIFIED", "2025-11-20");
  for (const auto* day : {"2025-11-09", "2025-11-10", "2025-11-11", "2025-11-12"})
    plan.expect_item("BACKUP-ON-SCHEDULE", day);
  plan_people(plan, size);
  plan_violations(plan);
  return plan.tell();
}

}  // namespace countersign::testing
