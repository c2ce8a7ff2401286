#include "web/decisions/fact.h"

#include "ledger/base/encoding.h"

#include <algorithm>
#include <functional>

namespace countersign::decisions {
namespace {

using record::Field;

bool is_unproved(std::string_view proof) { return proof == record::to_string(record::Proof::none); }
bool is_history(std::string_view proof) { return proof == record::to_string(record::Proof::backfill); }

std::optional<FactKind> kind_of(std::string_view type, std::string_view proof) {
  if (is_history(proof)) return std::nullopt;
  if (type == "challenge.verified")
    return is_unproved(proof) ? std::nullopt : std::optional(FactKind::success);
  if (type == "challenge.failed") return FactKind::failure;
  if (type == "factor.reset") return is_unproved(proof) ? FactKind::removed : FactKind::reset;
  if (type == "factor.removed") return FactKind::removed;
  return user_fact(type, proof);
}

/// Whether a challenge was about what a step-up is about.
bool counts_for_step_up(const record::EventView& event) {
  const auto purpose = event.plain(record::kChallengePurpose);
  return purpose != "signup" && purpose != "audit_access";
}

std::optional<std::uint8_t> factor_of(const record::EventView& event) {
  const auto all = record::factors();
  const auto found = std::find(all.begin(), all.end(), event.plain(record::kChallengeFactor));
  if (found == all.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - all.begin());
}

}  // namespace

void ActorTokens::add(const base::Digest& token) {
  if (size_ < kMax) tokens_[size_++] = token;
}

std::optional<FactKind> user_fact(std::string_view type, std::string_view proof) {
  if (is_history(proof)) return std::nullopt;
  if (type == "user.deprovisioned" || type == "user.suspended") return FactKind::blocked;
  if (type == "user.provisioned" && !is_unproved(proof)) return FactKind::unblocked;
  return std::nullopt;
}

std::uint64_t challenge_tag(std::string_view challenge_id) {
  return std::hash<std::string_view>{}(challenge_id) | 1;
}

base::Result<std::optional<Told>> read_fact(const record::RecordView& record,
                                            const record::EventView& event) {
  std::optional<Told> told;
  const auto kind = kind_of(event.plain(record::kType), record.proof);
  if (!kind) return told;
  const bool of_challenge = *kind == FactKind::success || *kind == FactKind::failure;
  if (of_challenge && !counts_for_step_up(event)) return told;
  Told out;
  out.fact.kind = *kind;
  out.fact.seq = base::index_of(record.seq);
  out.fact.received = record.received;
  TRY_ASSIGN(const auto said, base::parse_rfc3339(event.plain(record::kTime)));
  out.fact.time = std::min(said, record.received);
  if (*kind == FactKind::success) {
    const auto factor = factor_of(event);
    if (!factor) return told;
    out.fact.factor = *factor;
    if (event.has(record::kSessionId)) {
      TRY_ASSIGN(out.fact.session, base::digest_from_base64url(event.plain(record::kSessionId)));
      out.fact.has_session = true;
    }
    if (event.has(record::kChallengeId)) out.fact.challenge = challenge_tag(event.text(record::kChallengeId));
  }
  for (const auto field : {record::kActorId, record::kActorEmail, record::kActorPhone}) {
    if (!event.has(field)) continue;
    TRY_ASSIGN(const auto token, base::digest_from_base64url(event.plain(field)));
    out.actor.add(token);
  }
  if (!out.actor.view().empty()) told = out;
  return told;
}

}  // namespace countersign::decisions
