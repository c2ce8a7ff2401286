#pragma once

#include "ledger/base/problem.h"
#include "ledger/record/prepare.h"
#include "ledger/store/append.h"

#include <string>
#include <utility>
#include <vector>

namespace countersign::ingest {

inline constexpr std::string_view kRejectedProblem = "urn:countersign:problem:events-rejected";
inline constexpr std::string_view kMisdirectedProblem = "urn:countersign:problem:misdirected";
inline constexpr std::string_view kNotStoredProblem = "urn:countersign:problem:not-stored";

/// What goes back over HTTP, without any type of the HTTP library.
struct IngestResponse {
  int status = 500;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

enum class EventStatus {
  appended,     ///< on disk
  duplicate,    ///< was there already: the receipt is the first one's
  differing,    ///< its id was there already, of an event with other content: the receipt is that one's
  rejected,     ///< cannot be used as it is; sending it again will not help
  misdirected,  ///< rejected because its tenant's region is served elsewhere
  unmapped,     ///< a provider's event for which there is no type; counted, not stored
  failed,       ///< could not be stored now; send it again
};

inline constexpr std::size_t kEventStatusCount = 7;

/// What became of one event. Which members are filled depends on the status.
struct EventAnswer {
  EventStatus status = EventStatus::rejected;
  store::Receipt receipt;  ///< appended, duplicate, differing
  std::string id;          ///< rejected, misdirected: the source's id where it is one
  record::Faults faults;   ///< rejected, misdirected, failed
  std::string type;        ///< unmapped: the provider's name for it, fit to be shown
  int failure = 0;         ///< failed: the HTTP status of the failure
};

/// The answer to a request: 200 where anything was stored, or was unmapped and nothing failed; else what
/// failed (503 with Retry-After, 507, 413, 500), else 421 where every event is misdirected, else 422. The
/// body names the fate of every event by its index, whatever the status.
IngestResponse answer(const std::vector<EventAnswer>& events);

/// The answer to a request of which no event was looked at.
IngestResponse answer(const base::Problem& problem);

}  // namespace countersign::ingest
