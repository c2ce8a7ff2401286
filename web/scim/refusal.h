#pragma once

#include "ledger/base/problem.h"
#include "ledger/base/result.h"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace countersign::scim {

/// The `scimType` of an error (RFC 7644 section 3.12, table 9); `none` leaves it out.
enum class ScimType {
  none,
  invalid_filter,
  too_many,
  uniqueness,
  mutability,
  invalid_syntax,
  invalid_path,
  no_target,
  invalid_value,
};

/// Why a request is refused. `detail` is one sentence without a final full stop; it names attributes as the
/// schema spells them and never repeats a value or a name that the sender sent.
struct Refusal {
  int status = 400;
  ScimType type = ScimType::none;
  std::string detail;

  bool operator==(const Refusal&) const = default;
};

/// The value of something that a request can get wrong, or why it is refused.
template <class T>
using Outcome = tl::expected<T, Refusal>;

/// A refusal of status 400, as an Outcome.
tl::unexpected<Refusal> refuse(ScimType type, std::string detail);

/// What a failure of the store becomes. Its message stays inside. `exhausted` is what a resource_exhausted is
/// about.
Refusal refusal_of(const base::Error& error, base::Exhausted exhausted = base::Exhausted::request);

std::string_view to_string(ScimType type);

/// The error message (`urn:ietf:params:scim:api:messages:2.0:Error`) as JSON.
std::string to_json(const Refusal& refusal);

}  // namespace countersign::scim
