#pragma once

#include "collector/protocols/item.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Splunk's HTTP Event Collector, `/services/collector/event`.
/// https://help.splunk.com/splunk-enterprise/get-data-in/collect-http-event-data/format-events-for-http-event-collector
namespace countersign::protocols {

/// What HEC answers, in its own numbers.
enum class HecCode {
  success = 0,
  token_required = 2,
  invalid_authorization = 3,
  invalid_token = 4,
  no_data = 5,
  invalid_data_format = 6,
  internal_error = 8,
  server_busy = 9,
  event_required = 12,
  event_blank = 13,
};

/// Why a body was refused as a whole: HEC's clients know no answer for a part of one.
struct HecRefusal {
  HecCode code = HecCode::invalid_data_format;
  std::optional<std::size_t> event_number;  ///< from 0: the first event that is wrong
  base::Problem problem;                    ///< the status, and what is wrong in a sentence
};

/// The events of a body: objects behind one another, with or without white space, or one array of them.
///
/// The payload is the member `event`: an object as it is, a string by the rules of item_of_text, with `host`
/// and `source` (else `sourcetype`) as where it came from. The envelope has `time` (see time_of_epoch) and
/// `fields` as attributes; its id is made of the event's bytes, for HEC has none.
///
/// Refusals: 5 a body without an event; 6 what is no JSON of this shape, a time that is none, and (status
/// 413) more events than the limit; 12 an event without `event`; 13 an `event` that is blank. A member that
/// stands twice spoils its event only.
tl::expected<Items, HecRefusal> decode_hec(std::string_view body, const ProtocolLimits& limits);

/// The HTTP status that HEC gives with a code.
int http_status(HecCode code);

/// The answer's body: `{"text":"Success","code":0}`, with `invalid-event-number` where one is given.
std::string encode_hec_answer(HecCode code, std::optional<std::size_t> event_number = {});

/// As that of invalid_data_format, with a text of our own: for what HEC has no number for.
std::string encode_hec_refusal(std::string_view text);

}  // namespace countersign::protocols
