#pragma once

#include "collector/ingest/access_policy.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "web/decisions/proof_book.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::decisions {

enum class Outcome : std::uint8_t {
  allowed,
  step_up_required,
  locked_out,  ///< too many failures one after another
  blocked,     ///< deprovisioned or suspended
};
std::string_view to_string(Outcome outcome);

/// What is asked about a person.
struct Question {
  std::string action;
  bool names_session = false;
  std::optional<base::Digest> session;  ///< its token; none: the ledger does not know the session
};

/// The answer to it.
struct Verdict {
  Outcome outcome = Outcome::blocked;
  bool listed = false;                          ///< the policy asks for a step-up before the action
  std::optional<Fact> success;                  ///< the newest that counts
  std::optional<base::Timestamp> good_until;    ///< of it, while it is good for a further action
  std::optional<base::Timestamp> locked_until;  ///< while locked out
  unsigned failures = 0;                        ///< one after another
  std::optional<std::uint64_t> used;            ///< record of the success that serves this action alone
};

/// Whether a success was for this very action and challenge and has not served yet; asked only where nothing
/// else is in the way.
using ServesOnce = std::function<bool(const Fact&)>;

/// Judges by the policy what is known of a person. Pure but for `serves_once`, which may be null: none does.
///
/// A success counts for half an hour at most, where its factor is allowed, its session is the one that was
/// named, and nothing since has ended it: neither a record behind its own, nor one before that tells of a
/// later time. It is good while now < its time + the window. With a window of 0 it is good for no further
/// action, only for its own (`serves_once`).
///
/// Failures are one after another where no success with an allowed factor and no reset lies between them and
/// they are within half an hour of the last. At the policy's number the person is locked out until half an
/// hour after the last (NIST SP 800-63B section 5.2.2).
Verdict judge(const ingest::AccessPolicy& policy, const Known& known, const Question& question,
              base::Timestamp now, const ServesOnce& serves_once);

/// How a verdict is told.
struct Telling {
  std::string_view action;
  std::string_view policy_tag;  ///< entity tag of the tenant's policies
  std::string_view log;
  std::uint64_t size = 0;  ///< records of the log that the verdict rests on
  std::string_view region;
};

/// The JSON document of an answer.
std::string to_json(const Verdict& verdict, const ingest::AccessPolicy& policy, const Telling& telling);

}  // namespace countersign::decisions
