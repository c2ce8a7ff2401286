#include "web/standing/last_found.h"

namespace countersign::standing {
namespace {

constexpr std::int64_t kAheadMost_us = 86'400ll * 1'000'000;

}  // namespace

std::map<std::string, LastFound, std::less<>> last_found(std::span<const Run> runs, base::Timestamp now) {
  std::map<std::string, LastFound, std::less<>> out;
  for (const auto& run : runs) {
    const auto age = now.micros - run.time.micros;
    if (age > kFoundLasts_us || age < -kAheadMost_us) continue;
    for (const auto& [id, control] : run.controls) {
      const auto [at, is_new] = out.try_emplace(id);
      if (is_new || at->second.tested < run.time) at->second = {control, run.from, run.until, run.time};
    }
  }
  return out;
}

std::string_view word_of(std::string_view state) {
  if (state == state_of(reports::Outcome::no_exceptions)) return "passed";
  if (state == state_of(reports::Outcome::exceptions)) return "failed";
  return "nothing";
}

}  // namespace countersign::standing
