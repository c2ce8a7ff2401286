#pragma once

#include "web/senders/batch/batch.h"

#include <cstdint>
#include <optional>
#include <string_view>

/// What answers to a batch mean. Pure; they quote nothing of an answer.
namespace countersign::senders {

/// By the status and what it asks for in Retry-After alone. 2xx: taken; 400, 413 and 422: refused; anything
/// else has failed, 403, 406, 415 and 500 perhaps for what an event says. Who asks for time says nothing of
/// the events.
BatchOutcome read_status(long status, std::int64_t wait_s = 0);

/// A 200 of Elasticsearch's _bulk, which tells of each action. A document that is there already (409) is
/// taken. Where one has to be sent again, all are.
BatchOutcome read_bulk_answer(std::string_view body, std::size_t items);

/// A 200 of Splunk's HTTP Event Collector.
struct HecAnswer {
  bool taken = false;               ///< its code is 0
  std::optional<std::int64_t> ack;  ///< number under which it says later that the events are indexed
};
HecAnswer read_hec_answer(std::string_view body);
/// Whether HEC says of a number that the events are indexed.
bool is_acknowledged(std::string_view body, std::int64_t ack);

}  // namespace countersign::senders
