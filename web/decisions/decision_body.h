#pragma once

#include "ledger/base/problem.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::decisions {

/// The longest texts in the longest spelling, and room.
inline constexpr std::size_t kDecisionBytesMax = 24u << 10;

/// What a request for a decision says; an empty text is a member that was left out.
struct DecisionBody {
  std::string actor_id, actor_email, actor_phone;  ///< one of them at least; as the events spell them
  std::string action;
  std::string session;
  std::string challenge;
};

/// Reads the JSON object of a request:
/// `{"actor":{"id","email","phone"},"action":{"name"},"session":{"id"},"challenge":{"id"}}`, of which the
/// last two may be left out. The lengths are those of the members of an event (record::kEventFields).
/// Problems never repeat a value: 400 for what is no JSON object or has a member twice, 422, which names the
/// member, for one that is unknown, missing or not as it must be. Pure, thread-safe.
tl::expected<DecisionBody, base::Problem> read_decision(std::string_view body);

}  // namespace countersign::decisions
