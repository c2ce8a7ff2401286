#include "web/auth/password_limit.h"

#include "collector/http/address.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::auth {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
/// A network that is seen again is not written again for so long.
constexpr std::int64_t kSeenAgainS = 86'400;

using Networks = std::vector<KnownNetwork>;

auto find(Networks& networks, std::string_view name) {
  return std::find_if(networks.begin(), networks.end(),
                      [&](const KnownNetwork& one) { return one.network == name; });
}

std::int64_t age_s(const KnownNetwork& one, base::Timestamp now) {
  return (now.micros - one.last_seen.micros) / kMicros;
}

unsigned& count_of(PasswordFailures& failures, bool known) {
  return known ? failures.known : failures.elsewhere;
}

base::Result<void> note_locked(Access& access, const Account& account, bool known, const Peer& peer) {
  boost::json::object members;
  if (auto device = device_of(peer); !device.empty()) members["device"] = std::move(device);
  members["action"] = {{"name", "lock password"},
                       {"resource", account.id},
                       {"context", known ? "from the account's own networks" : "from other networks"}};
  members["outcome"] = {{"reason", "locked"}};
  return access.record(&account, "user.suspended", std::move(members));
}

void report(std::string_view doing, const base::Result<void>& done) {
  if (!done) spdlog::error("{}: {}", doing, done.error().message);
}

}  // namespace

std::string home_of(std::string_view address) {
  constexpr std::size_t kKeptOfV4 = 3, kKeptOfV6 = 8;
  boost::system::error_code error;
  const auto parsed = http::unmapped(boost::asio::ip::make_address(std::string(address), error));
  if (error) return {};
  if (parsed.is_loopback() || parsed.is_unspecified()) return {};
  return http::network_of(parsed, kKeptOfV4, kKeptOfV6).to_string() + (parsed.is_v4() ? "/24" : "/64");
}

bool is_known(const Account& account, std::string_view address, base::Timestamp now) {
  const auto home = home_of(address);
  return !home.empty() &&
         std::any_of(account.networks.begin(), account.networks.end(), [&](const KnownNetwork& one) {
           return one.network == home && age_s(one, now) < kNetworkS;
         });
}

void remember_network(Account& account, std::string_view address, base::Timestamp now) {
  auto& networks = account.networks;
  std::erase_if(networks, [&](const KnownNetwork& one) { return age_s(one, now) >= kNetworkS; });
  auto home = home_of(address);
  if (home.empty()) return;
  if (const auto found = find(networks, home); found != networks.end()) networks.erase(found);
  if (networks.size() >= kNetworksMax)
    networks.erase(std::min_element(networks.begin(), networks.end(),
                                    [](const auto& a, const auto& b) { return a.last_seen < b.last_seen; }));
  networks.push_back({std::move(home), now});
}

std::string throttle_key(std::string_view name, std::string_view address, bool known) {
  // No name holds a line break.
  return known ? fmt::format("{}\n{}", name, home_of(address)) : std::string(name);
}

bool is_password_locked(const Account& account, bool known) {
  const auto& failures = account.password_failures;
  return (known ? failures.known : failures.elsewhere) >= kPasswordFailuresMax;
}

void count_wrong_password(Access& access, const Account* account, bool known, const Peer& peer) {
  if (account == nullptr || account->password.empty() || is_password_locked(*account, known))
    return report("a write was not made for the sake of its time", access.store.touch());
  const auto counted = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    // The command line may have changed the account meanwhile.
    if (is_password_locked(one, known)) return {};
    ++count_of(one.password_failures, known);
    return is_password_locked(one, known) ? note_locked(access, one, known, peer) : base::Result<void>();
  });
  if (!counted) report("a wrong password was not counted", base::fail(counted.error()));
}

void count_right_password(Access& access, const Account& account, const Peer& peer) {
  const auto now = access.clock();
  const auto anew = [](PasswordFailures& failures) {
    for (auto* count : {&failures.known, &failures.elsewhere}) {
      if (*count < kPasswordFailuresMax) *count = 0;
    }
  };
  auto failures = account.password_failures;
  anew(failures);
  const auto home = home_of(peer.address);
  auto networks = account.networks;
  const auto found = find(networks, home);
  const bool seen = home.empty() || (found != networks.end() && age_s(*found, now) < kSeenAgainS);
  if (seen && failures == account.password_failures) return;
  const auto changed = access.store.change(account.id, [&](Account& one) -> base::Result<void> {
    anew(one.password_failures);
    remember_network(one, peer.address, now);
    return {};
  });
  if (!changed) report("a right password was not counted", base::fail(changed.error()));
}

}  // namespace countersign::auth
