#include "web/auth/access.h"

#include "web/auth/text.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::auth {

std::string recordable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_size(text.substr(at));
    const bool control = size == 1 && (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == 0x7F);
    const auto piece = size == 0 || control ? std::string_view("?") : text.substr(at, size);
    if (out.size() + piece.size() > bytes_max) break;
    out += piece;
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

boost::json::object members_of(const Account& account, const Peer& peer, std::string_view session) {
  constexpr std::size_t kUserAgentMax = 1024;
  boost::json::object out;
  out["actor"] = {{"id", account.id}, {"name", account.name}, {"role", std::string(to_string(account.role))}};
  boost::json::object device;
  if (!peer.address.empty()) device["ip"] = peer.address;
  if (!peer.user_agent.empty()) device["user_agent"] = recordable(peer.user_agent, kUserAgentMax);
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
  if (!access.sessions.change(session.id, [](Session&) { return true; })) return refuse(401, "sign in");
  auto account = access.store.by_id(session.account);
  if (!account) return failure("cannot read an account", account.error());
  if (!*account || !(*account)->is_active(access.clock())) return refuse(401, "sign in");
  return std::move(**account);
}

}  // namespace countersign::auth
