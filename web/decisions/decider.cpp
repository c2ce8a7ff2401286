#include "web/decisions/decider.h"

#include "collector/endpoints/policy_document.h"
#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <optional>

namespace countersign::decisions {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kRecordsBetween = 128;  ///< followed at a time, so that a request hardly waits

}  // namespace

base::Result<Decider> Decider::open(DeciderOptions options) {
  TRY_ASSIGN(auto follower, LedgerFollower::open(options.files.ledger(), options.facts_max));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(options.files.vault(), *options.keys));
  return Decider(std::move(options), std::move(follower), std::move(vault));
}

base::Result<void> Decider::load(const std::function<bool()>& stop) {
  used_.clear();
  return follower_.load(options_.files.index(), options_.clock(), stop);
}

base::Result<bool> Decider::keep_up() {
  TRY_ASSIGN(const bool more, follower_.keep_up(kRecordsBetween));
  const auto now = options_.clock();
  follower_.book().forget_past(now);
  std::erase_if(used_, [&](const auto& one) { return one.second.micros <= now.micros - ProofBook::kKeptUs; });
  return more;
}

base::Result<ActorTokens> Decider::actor_tokens(const base::TenantId& tenant, const DecisionBody& body) {
  using record::Kind;
  ActorTokens tokens;
  for (const auto& [kind, value] :
       {std::pair{Kind::user, &body.actor_id}, std::pair{Kind::email, &body.actor_email},
        std::pair{Kind::phone, &body.actor_phone}}) {
    if (value->empty()) continue;
    TRY_ASSIGN(const auto token, vault_.find(tenant, kind, *value));
    if (!token) continue;
    TRY_ASSIGN(const auto digest, base::digest_from_base64url(*token));
    tokens.add(digest);
  }
  return tokens;
}

base::Result<bool> Decider::is_of(const store::LogHead& log, std::uint64_t seq, const DecisionBody& body) {
  const auto bytes = follower_.record(log, seq);
  if (!bytes && bytes.error().code == Code::not_found) return false;
  if (!bytes) return fail(bytes.error());
  TRY_ASSIGN(const auto view, record::read_record(*bytes));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  return event.text(record::kActionName) == body.action && event.text(record::kChallengeId) == body.challenge;
}

base::Result<Decided> Decider::decide(const DecisionRequest& request) {
  const auto& tenant = *request.tenant;
  const auto& body = request.body;
  // The ledger before the vault: who stands in a record has his tokens there already.
  TRY_ASSIGN(const auto log, follower_.catch_up(tenant.id));
  TRY_ASSIGN(const auto tokens, actor_tokens(tenant.id, body));
  Question question{body.action, !body.session.empty(), {}};
  if (question.names_session) {
    TRY_ASSIGN(const auto token, vault_.find(tenant.id, record::Kind::session, body.session));
    if (token) {
      TRY_ASSIGN(question.session, base::digest_from_base64url(*token));
    }
  }
  auto& book = follower_.book();
  const auto now = book.time_of(log.number, options_.clock());
  if (!book.is_complete(log.number, now))
    return fail(Code::unavailable, "more happened in the last hour than is remembered");
  base::Result<void> looked;
  const auto serves_once = [&](const Fact& success) {
    if (!looked || body.challenge.empty() || success.challenge != challenge_tag(body.challenge)) return false;
    if (!follower_.is_since_load(log.number, success.seq) || used_.contains({log.number, success.seq}))
      return false;
    const auto same = is_of(log, success.seq, body);
    if (!same) looked = fail(same.error());
    return same && *same;
  };
  const auto verdict = judge(tenant.access, book.find(log.number, tokens.view()), question, now, serves_once);
  TRY(looked);
  if (verdict.used) used_[{log.number, *verdict.used}] = now;
  const auto tag = endpoints::policy_etag(endpoints::policy_document(tenant));
  return Decided{verdict.outcome,
                 to_json(verdict, tenant.access,
                         {body.action, tag, log.name.text, log.size, follower_.identity().region.value()})};
}

}  // namespace countersign::decisions
