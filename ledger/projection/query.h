#pragma once

#include "ledger/base/encoding.h"
#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

/// One condition of a search: a word of the text, or a member and its value.
struct Term {
  std::string column;  ///< of `events`; empty for a word
  std::string value;
  std::optional<record::Kind> personal = {};  ///< the value is personal: to be looked up in the vault
  bool excluded = false;                      ///< must not hold
  bool prefix = false;                        ///< a word that only has to begin so

  /// Whether it names a personal value, and not the token that records show in its place.
  bool names_somebody() const { return personal && !base::digest_from_base64url(value); }
};

/// Reads a query such as `failed factor:sms -source:test expor* actor.email:ana@example.com "export users"`:
/// words, and members by their path (`challenge.factor:sms`) or, where one member alone has it, by their
/// name, also `source:` and `proof:`. A value with spaces stands in double quotes. `-` in front excludes; `*`
/// behind a word, also behind its quotes, stands for any end of its last word. invalid_argument for a member
/// that does not exist, with those that do.
base::Result<std::vector<Term>> parse_query(std::string_view text);

}  // namespace countersign::projection
