#include "ledger/projection/lives.h"

#include <algorithm>
#include <array>

namespace countersign::projection {
namespace {

constexpr std::int64_t kApartMax_us = 86'400ll * 1'000'000;

}  // namespace

base::Result<ChallengeLives> ChallengeLives::prepare(sqlite::Connection& index) {
  TRY_ASSIGN(auto find,
             index.prepare("SELECT life, first, last FROM challenge_names WHERE log=?1 AND name=?2"));
  TRY_ASSIGN(auto put, index.prepare("INSERT OR REPLACE INTO challenge_names VALUES(?1,?2,?3,?4,?5)"));
  TRY_ASSIGN(auto unite_events, index.prepare("UPDATE events SET life=?2 WHERE life=?1"));
  TRY_ASSIGN(auto unite_names, index.prepare("UPDATE challenge_names SET life=?2 WHERE life=?1"));
  return ChallengeLives(std::move(find), std::move(put), std::move(unite_events), std::move(unite_names));
}

base::Result<std::optional<ChallengeLives::Known>> ChallengeLives::find(std::int64_t log,
                                                                        std::string_view name,
                                                                        std::int64_t occurred_us) {
  find_.bind(1, log).bind_text(2, name);
  TRY_ASSIGN(const bool there, find_.step());
  std::optional<Known> known;
  if (there) known = Known{find_.integer(0), find_.integer(1), find_.integer(2)};
  find_.reset();
  const bool near =
      known && occurred_us >= known->first_us - kApartMax_us && occurred_us <= known->last_us + kApartMax_us;
  return near ? known : std::nullopt;
}

base::Result<std::optional<std::int64_t>> ChallengeLives::life_of(std::int64_t log, std::int64_t place,
                                                                  std::int64_t occurred_us,
                                                                  const record::EventView& event) {
  if (!event.has(record::kChallengeId)) return std::optional<std::int64_t>();
  const std::array<std::string, 2> names{event.text(record::kChallengeId),
                                         event.text(record::kChallengeProviderId)};
  Known all{place, occurred_us, occurred_us};
  std::array<std::optional<Known>, 2> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    TRY_ASSIGN(known[i], find(log, names[i], occurred_us));
    if (!known[i]) continue;
    all = {std::min(all.life, known[i]->life), std::min(all.first_us, known[i]->first_us),
           std::max(all.last_us, known[i]->last_us)};
  }
  for (const auto& one : known) {
    if (!one || one->life == all.life) continue;
    TRY(unite_events_.bind(1, one->life).bind(2, all.life).run());
    TRY(unite_names_.bind(1, one->life).bind(2, all.life).run());
  }
  for (const auto& name : names) {
    if (name.empty()) continue;
    put_.bind(1, log).bind_text(2, name).bind(3, all.life);
    TRY(put_.bind(4, all.first_us).bind(5, all.last_us).run());
  }
  return std::optional(all.life);
}

}  // namespace countersign::projection
