#pragma once

#include "ledger/record/prepare.h"
#include "ledger/store/append.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::ingest {

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
  std::string_view why{};  ///< unmapped: why a known type is no evidence; empty where the type is unknown
  int failure = 0;         ///< failed: the HTTP status of the failure
  std::string region;      ///< misdirected: what the tenant is pinned to
  std::string address;     ///< misdirected: of the appliance that serves the region; empty: not known
};

}  // namespace countersign::ingest
