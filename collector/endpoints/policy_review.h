#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace countersign::endpoints {

/// What is said of a change when it is reviewed: text of one line that stands in a record in the clear.
inline constexpr std::size_t kReviewNoteBytesMax = 256;
bool is_review_note(std::string_view text);

/// Reads `{"note":"…"}`: 400 for what is no JSON object or has a member twice, 422 for anything else that is
/// not as it must be.
tl::expected<std::string, base::Problem> read_review(std::string_view body);

/// A review of a change of a tenant's policies that somebody hands in, who may.
struct PolicyReview {
  std::string operator_name;        ///< as Asker's
  std::function<bool()> still_may;  ///< asked again when it is the review's turn
  ingest::Tenant tenant;
  std::string change;  ///< as the history names it
  std::string note;
};

/// What the program does with it: answers with review_answer() once it is recorded; 404 for a change that the
/// history does not have, 409 where the reviewer is its author, 503 where the history cannot be read now.
/// Called from I/O threads and does not block.
using ReviewPolicy = std::function<void(PolicyReview, http::Respond)>;

/// 201: `{"tenant","change","at","by","note"}`.
http::Response review_answer(const PolicyReview& review, base::Timestamp at);

/// POST /v1/tenants/{tenant}/policy/history/{change}/review, of its admins. Without `review` it answers 503.
void add_policy_review(http::Router& router, const Reception& reception, ReviewPolicy review);

}  // namespace countersign::endpoints
