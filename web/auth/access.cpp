#include "web/auth/access.h"

#include "web/auth/text.h"

#include <spdlog/spdlog.h>

namespace countersign::auth {

boost::json::object device_of(const Peer& peer) {
  constexpr std::size_t kUserAgentMax = 1024;
  boost::json::object out;
  if (!peer.address.empty()) out["ip"] = peer.address;
  if (!peer.user_agent.empty()) out["user_agent"] = recordable(peer.user_agent, kUserAgentMax);
  return out;
}

boost::json::object members_of(const Account& account, const Peer& peer, std::string_view session) {
  boost::json::object out;
  out["actor"] = {{"id", account.id}, {"name", account.name}, {"role", std::string(to_string(account.role))}};
  if (auto device = device_of(peer); !device.empty()) out["device"] = std::move(device);
  if (!session.empty()) out["session"] = {{"id", session}};
  return out;
}

tl::unexpected<Refusal> failure(std::string_view doing, const base::Error& error) {
  spdlog::error("{}: {}", doing, error.message);
  if (error.code == base::Code::resource_exhausted)
    return refuse(507, "the disk is full; send the request again when there is room");
  return refuse(503, "the appliance could not do that just now; its log says why", 5);
}

Outcome<Account> account_of(Access& access, const Session& session) {
  if (!access.sessions.change(session.id, [](Session&) { return true; })) return refuse(401, "sign in");
  auto account = access.store.by_id(session.account);
  if (!account) return failure("cannot read an account", account.error());
  if (!*account || !(*account)->is_active(access.clock())) return refuse(401, "sign in");
  return std::move(**account);
}

}  // namespace countersign::auth
