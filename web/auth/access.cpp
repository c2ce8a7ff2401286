#include "web/auth/access.h"

#include <spdlog/spdlog.h>

namespace countersign::auth {

boost::json::object members_of(const Account& account, const Peer& peer, std::string_view session) {
  constexpr std::size_t kUserAgentMax = 1024;
  boost::json::object out;
  out["actor"] = {{"id", account.id}, {"name", account.name}, {"role", std::string(to_string(account.role))}};
  boost::json::object device;
  if (!peer.address.empty()) device["ip"] = peer.address;
  if (!peer.user_agent.empty()) device["user_agent"] = peer.user_agent.substr(0, kUserAgentMax);
  if (!device.empty()) out["device"] = std::move(device);
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
  auto account = access.store.by_id(session.account);
  if (!account) return failure("cannot read an account", account.error());
  if (!*account || !(*account)->is_active(access.clock())) return refuse(401, "sign in");
  return std::move(**account);
}

}  // namespace countersign::auth
