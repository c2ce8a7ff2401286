#pragma once

#include "ledger/base/time.h"
#include "reports/answers/facts.h"
#include "reports/documents/document.h"
#include "reports/engine/definition.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a vendor shows to everybody of its evidence (docs/trust.md).
namespace countersign::trust {

/// How one thing stands. `exceptions`: a control that it goes by noted some, or a verification went wrong.
/// `unknown`: the evidence does not say it at the moment.
enum class State { shown, exceptions, expired, not_yet, missing, unknown };
/// `shown`, `exceptions`, `expired`, `not-yet`, `missing`, `unknown`.
std::string_view to_string(State state);

/// For how long facts are told as those of now.
inline constexpr std::int64_t kFactsLastUs = 60ll * 1'000'000;
/// For how long what a test of a control found is: those of a statement are tested at least once an hour.
inline constexpr std::int64_t kTestsLastUs = 3ll * 3'600 * 1'000'000;
/// And what a verification of the log found.
inline constexpr std::int64_t kVerificationsLastUs = 8ll * 86'400 * 1'000'000;

struct Item {
  std::string id, title;
  State state = State::unknown;
  std::string sentence;
  std::string issuer, valid_from, valid_until, sha256;  ///< of a document; empty where there is none
  std::string document;                                 ///< its id, where everybody may have it
  std::vector<std::string> controls;                    ///< ids of those that it goes by
};

struct Control {
  std::string id, title;
  std::string state = "untested";         ///< `passed`, `failed`, `nothing`, `untested`
  std::optional<base::Timestamp> tested;  ///< the last time that is known of
};

/// The last verification of the log.
struct Verification {
  std::string result = "unknown";  ///< `good`, `bad`, `never`, `unknown`
  std::optional<base::Timestamp> time;
};

/// A document that everybody may have, in the version that is valid.
struct OpenDocument {
  std::string id, kind, title, issuer, valid_from, valid_until, sha256;
  std::uint64_t bytes = 0;
};

/// Whose statement it is, and which controls it tells of. `controls` outlive it.
struct Subject {
  std::string vendor;   ///< its name
  std::string contact;  ///< a mail address or an https address; may be empty
  bool takes_requests = false;
  std::vector<const reports::Definition*> controls;
};

struct Statement {
  std::string vendor, contact;
  bool takes_requests = false;
  bool is_known = false;  ///< false: nothing of it is known at the moment
  /// When it was so; where nothing is known, since when that is.
  base::Timestamp as_of;
  std::vector<Item> items;  ///< the six that are always asked for
  Item sub_processors;
  std::string region;  ///< in which the records are kept; empty: not known
  Verification verification;
  std::vector<Control> controls;
  std::vector<OpenDocument> documents;

  std::size_t count(std::string_view control_state) const;
};

/// What facts and documents show. A document that is internal counts for nothing here. Pure.
Statement statement_of(const Subject& subject, const answers::Facts& facts,
                       std::span<const documents::Document> documents, base::Timestamp now);

/// Where there are no facts, since then.
Statement nothing_known(const Subject& subject, base::Timestamp since);

}  // namespace countersign::trust
