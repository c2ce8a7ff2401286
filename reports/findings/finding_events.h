#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "reports/findings/finding.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The events of a finding's life, for the system log, and what may follow what.
namespace countersign::findings {

/// What a control or detection has found.
struct Found {
  std::string control;
  std::optional<std::int64_t> version;
  std::string item;                    ///< as text
  std::vector<std::uint64_t> records;  ///< in the tenant's log
};

/// `OTP-LIFETIME v2 item=17 records=[17,18]`, of at most `most` bytes, which is 128 or more: fewer records
/// where all do not fit, then a shorter item.
std::string found_context(const Found& found, std::size_t most = 1024);
/// Reads it; what is not there is empty.
Found read_found(std::string_view context);

/// `finding.opened`. Its id is made of the tenant and the finding, so the same one is recorded once.
boost::json::object opened_event(std::string_view tenant, std::string_view finding, const Found& found,
                                 std::string_view observed, base::Timestamp now);

enum class Step { acknowledge, answer, resolve };
std::string_view to_string(Step step);  ///< `acknowledge`
/// As it stands in the event: `finding acknowledge`.
std::string action_name(Step step);

/// What somebody wants to say of a finding.
struct Saying {
  Step step = Step::acknowledge;
  std::string tenant, finding;
  std::string text;           ///< a note, which may be empty; an answer; a reason
  std::string control, item;  ///< of an answer: what it is about; needed where the finding is not known
};

/// Checks the texts: characters, lengths, and whether there is one where there must be. invalid_argument.
base::Result<void> check_saying(const Saying& saying);

/// The events that say it, in their order. `known` is the finding as it stands, null where there is none;
/// `members` are those of an event about who says it: actor, device, session.
///
/// Only what comes first counts as acknowledged and as resolved, so these have ids by which the ledger keeps
/// one of each. Who resolves what nobody has acknowledged acknowledges it by that.
///
/// Errors: as check_saying; not_found for a finding that is not known, unless it is to be answered and
/// control and item are named; invalid_argument where those are not this finding's; already_exists for what
/// is acknowledged, or resolved, already.
base::Result<std::vector<boost::json::object>> events_of(const Saying& saying, const Finding* known,
                                                         const boost::json::object& members,
                                                         base::Timestamp now, const crypto::Entropy& entropy);

}  // namespace countersign::findings
