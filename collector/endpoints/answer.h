#pragma once

#include "collector/http/message.h"
#include "collector/ingest/event_answer.h"
#include "ledger/base/problem.h"

#include <vector>

namespace countersign::endpoints {

inline constexpr std::string_view kRejectedProblem = "urn:countersign:problem:events-rejected";
inline constexpr std::string_view kMisdirectedProblem = "urn:countersign:problem:misdirected";
inline constexpr std::string_view kNotStoredProblem = "urn:countersign:problem:not-stored";

/// The answer to a request: 200 where anything was stored, or was unmapped and nothing failed, or there was
/// nothing; else what failed (503 with Retry-After, 507, 413, 500), else 421 where every event is
/// misdirected, else 422. The body names the fate of every event by its index, whatever the status.
http::Response answer(const std::vector<ingest::EventAnswer>& events);

/// Whether there are events and each one's tenant is pinned to a region that is served elsewhere.
bool all_misdirected(const std::vector<ingest::EventAnswer>& events);
/// What to tell the sender of such events: that nothing was stored, and the address where there is one alone.
std::string misdirected_detail(const std::vector<ingest::EventAnswer>& events);

/// The answer to a request of which no event was looked at.
http::Response answer(const base::Problem& problem);

}  // namespace countersign::endpoints
