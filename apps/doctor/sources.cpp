#include "apps/doctor/checks.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"

#include <fmt/format.h>

#include <numeric>

namespace countersign::doctor {
namespace {

using base::Code;

/// Of a hundred that came, so many may be refused without a word here.
constexpr std::int64_t kRefusedPercent = 1, kRefusedMin = 5;

std::int64_t sum_of(const std::map<std::string, std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& one) { return sum + one.second; });
}

void check_silence(const Appliance& appliance, const ingest::Source& source,
                   const ingest::SourceBook::Page* page, Checks& out) {
  const auto id = "source.silent/" + source.name.value();
  const auto heard = page != nullptr ? page->heard : std::nullopt;
  const auto waited = appliance.clock().micros - heard.value_or(source.created).micros;
  const auto interval = source.silent_after_s * kSecond;
  if (source.silent_after_s == 0 || waited <= interval) return;
  out.push_back(doubtful(
      id,
      fmt::format("nothing has come from the source {} {}; it should every {}", source.name.value(),
                  heard ? "for " + spell_duration(waited) : "since it was added", spell_duration(interval)),
      appliance.running ? "look whether its sender runs and reaches the appliance, and what was refused of it"
                        : "the daemon does not run; else look whether its sender does",
      appliance.command("source show " + source.name.value())));
}

void check_refusals(const Appliance& appliance, const ingest::Source& source,
                    const ingest::SourceBook::Page& page, Checks& out) {
  const auto refused = sum_of(page.refused);
  const auto events = sum_of(page.events);
  if (refused < kRefusedMin || refused * 100 < kRefusedPercent * events) return;
  out.push_back(
      doubtful("source.refused/" + source.name.value(),
               fmt::format("of the source {}, {} requests or events were refused since the appliance was "
                           "made, and {} events taken",
                           source.name.value(), refused, events),
               "see why, and mend its sender", appliance.command("source show " + source.name.value())));
}

}  // namespace

Checks check_sources(const Appliance& appliance) {
  const auto registry = ingest::Registry::load(appliance.config.registry());
  if (!registry && registry.error().code == Code::not_found)
    return {doubtful("source.registered", "no tenant and no source is registered", "add the first tenant",
                     appliance.command("tenant add acme"))};
  if (!registry)
    return {wrong("source.registered",
                  fmt::format("the registry cannot be read: {}", registry.error().message),
                  fmt::format("put back the copy of {} of the newest backup: docs/backup.md",
                              appliance.config.registry().string()))};
  const auto pages = ingest::SourceBook::load(appliance.config.source_book());
  Checks out;
  std::size_t active = 0;
  for (const auto& source : registry->sources()) {
    if (source.revoked) continue;
    ++active;
    const auto found = pages.find(source.name.value());
    const auto* page = found == pages.end() ? nullptr : &found->second;
    check_silence(appliance, source, page, out);
    if (page != nullptr) check_refusals(appliance, source, *page, out);
  }
  if (active == 0) {
    out.push_back(doubtful("source.registered", "no source is registered that could send anything", "add one",
                           appliance.command("source add app --tenant TENANT")));
  } else {
    out.insert(out.begin(), well("source.registered", fmt::format("{} sources may send", active)));
  }
  return out;
}

}  // namespace countersign::doctor
