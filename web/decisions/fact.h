#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// Whether a person must prove himself again before an action: answered from the records of the ledger and
/// the tenant's policy, so that an app is told what an auditor will read.
namespace countersign::decisions {

/// What a record means for the decisions to come on a person.
enum class FactKind : std::uint8_t {
  success,    ///< a challenge was verified
  failure,    ///< a challenge failed
  reset,      ///< the factors were reset: ends a success, and the count of failures
  removed,    ///< a factor was removed: ends a success
  blocked,    ///< deprovisioned or suspended: ends a success, and blocks
  unblocked,  ///< provisioned
};

/// One such meaning. `time` is the earlier of when it happened, by the source's clock, and when it was
/// received: a clock that is ahead makes nothing last longer.
struct Fact {
  FactKind kind = FactKind::failure;
  std::uint8_t factor = 0;   ///< of a success: position in record::factors()
  bool has_session = false;  ///< of a success: whether `session` is one
  std::uint64_t seq = 0;     ///< of the record
  base::Timestamp time;
  base::Timestamp received;
  base::Digest session;         ///< token of `session.id`
  std::uint64_t challenge = 0;  ///< challenge_tag() of a success; 0 where it names none

  bool operator==(const Fact&) const = default;
};

/// The tokens of the members that name one person: `actor.id`, `actor.email` and `actor.phone`, as far as
/// they are there.
class ActorTokens {
 public:
  static constexpr std::size_t kMax = 3;

  /// What is more than kMax is passed over.
  void add(const base::Digest& token);
  std::span<const base::Digest> view() const { return std::span(tokens_).first(size_); }

 private:
  std::array<base::Digest, kMax> tokens_{};
  std::size_t size_ = 0;
};

/// A fact and whom it concerns.
struct Told {
  Fact fact;
  ActorTokens actor;
};

/// What the record tells, or nothing. data_loss where its event is not as prepare_event writes it.
///
/// A success has a factor, and a purpose of admin_action, step_up or login, or none, because a provider knows
/// none; of challenges for signup and audit_access neither a success nor a failure counts. Imported history
/// (`backfill`) tells nothing. What came with no proof of its sender (`none`) can only take away: it is no
/// success, lifts no block and clears no failure.
base::Result<std::optional<Told>> read_fact(const record::RecordView& record, const record::EventView& event);

/// Of a `user.*` event: whether it blocks or unblocks, or neither. As read_fact() for the proof.
std::optional<FactKind> user_fact(std::string_view type, std::string_view proof);

/// By which a challenge's id is told from most others; the record says whether it is the one. Never 0.
std::uint64_t challenge_tag(std::string_view challenge_id);

}  // namespace countersign::decisions
