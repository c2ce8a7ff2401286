#include "web/auth/sessions.h"

#include "ledger/crypto/digest.h"
#include "web/auth/account.h"

#include <algorithm>

namespace countersign::auth {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

bool has_ended(const Session& session, base::Timestamp now) {
  return now.micros - session.last_seen.micros >= Sessions::kIdleS * kMicros ||
         now.micros - session.opened.micros >= Sessions::kLongestS * kMicros;
}

bool is_called_off(const OidcSession& session, std::string_view issuer, std::string_view subject,
                   std::string_view sid) {
  if (session.issuer != issuer || (subject.empty() && sid.empty())) return false;
  if (!subject.empty() && session.subject != subject) return false;
  if (sid.empty() || session.sid == sid) return true;
  return session.sid.empty() && !subject.empty();
}

/// Which of two goes for a new one: one without a second factor, so that nobody who knows a password alone
/// pushes out who has shown one; else the one that rests longer.
bool goes_before(const Session& one, const Session& other) {
  if (one.proof.has_value() != other.proof.has_value()) return !one.proof;
  return one.last_seen < other.last_seen;
}

}  // namespace

Sessions::Opened Sessions::open(const std::string& account, Peer peer, base::Timestamp now,
                                std::optional<OidcSession> oidc) {
  Opened out{crypto::random_token(entropy_), {}};
  out.session.id = crypto::random_id(entropy_);
  out.session.account = account;
  out.session.csrf = crypto::random_token(entropy_);
  out.session.peer = std::move(peer);
  out.session.opened = out.session.last_seen = now;
  out.session.oidc = std::move(oidc);
  const std::lock_guard lock(mutex_);
  make_room(account, now);
  const auto key = crypto::sha256(out.cookie);
  sessions_[key] = out.session;
  keys_[out.session.id] = key;
  return out;
}

std::optional<Session> Sessions::find(std::string_view cookie, base::Timestamp now) {
  const auto key = crypto::sha256(cookie);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return std::nullopt;
  if (has_ended(found->second, now)) {
    keys_.erase(found->second.id);
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.last_seen = std::max(found->second.last_seen, now);
  return found->second;
}

std::optional<Sessions::Opened> Sessions::renew(const std::string& id) {
  auto cookie = crypto::random_token(entropy_), csrf = crypto::random_token(entropy_);
  const std::lock_guard lock(mutex_);
  const auto known = keys_.find(id);
  if (known == keys_.end()) return std::nullopt;
  auto node = sessions_.extract(known->second);
  node.key() = known->second = crypto::sha256(cookie);
  node.mapped().csrf = std::move(csrf);
  const auto placed = sessions_.insert(std::move(node));
  return Opened{std::move(cookie), placed.position->second};
}

void Sessions::close(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto known = keys_.find(id);
  if (known == keys_.end()) return;
  sessions_.erase(known->second);
  keys_.erase(known);
}

void Sessions::close_others(const std::string& account, const std::string& keep) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    const bool goes = entry.second.account == account && entry.second.id != keep;
    if (goes) keys_.erase(entry.second.id);
    return goes;
  });
}

void Sessions::keep_only(const std::function<bool(const Session&)>& stays) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    const bool goes = !stays(entry.second);
    if (goes) keys_.erase(entry.second.id);
    return goes;
  });
}

std::vector<Session> Sessions::close_of_oidc(std::string_view issuer, std::string_view subject,
                                             std::string_view sid) {
  std::vector<Session> closed;
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    const auto& session = entry.second;
    if (!session.oidc || !is_called_off(*session.oidc, issuer, subject, sid)) return false;
    keys_.erase(session.id);
    closed.push_back(session);
    return true;
  });
  return closed;
}

std::size_t Sessions::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

Session* Sessions::by_id(const std::string& id) {
  const auto known = keys_.find(id);
  return known == keys_.end() ? nullptr : &sessions_.at(known->second);
}

void Sessions::make_room(const std::string& account, base::Timestamp now) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const bool goes = has_ended(entry.second, now);
    if (goes) keys_.erase(entry.second.id);
    return goes;
  });
  const auto end_where = [&](std::size_t max, const auto& counts) {
    auto rests_longest = sessions_.end();
    std::size_t count = 0;
    for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
      if (!counts(at->second)) continue;
      ++count;
      if (rests_longest == sessions_.end() || goes_before(at->second, rests_longest->second))
        rests_longest = at;
    }
    if (count < max) return;
    keys_.erase(rests_longest->second.id);
    sessions_.erase(rests_longest);
  };
  end_where(kOfAccountMax, [&](const Session& one) { return one.account == account; });
  end_where(kMax, [](const Session&) { return true; });
}

}  // namespace countersign::auth
