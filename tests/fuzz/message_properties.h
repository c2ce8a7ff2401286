#pragma once

#include "collector/protocols/item.h"
#include "ledger/base/time.h"
#include "ledger/record/event_view.h"
#include "ledger/record/prepare.h"
#include "tests/fuzz/property.h"

#include <algorithm>

namespace countersign::fuzz {

/// What holds of every problem: a status that says whose fault it is, and a sentence without the sender's
/// control characters.
inline void check(const base::Problem& problem) {
  PROPERTY(problem.status == 400 || problem.status == 413);
  PROPERTY(!problem.detail.empty() && problem.detail.size() < 1000);
  PROPERTY(std::none_of(problem.detail.begin(), problem.detail.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
}

/// What holds of every item, and of the event of the native shape that it becomes.
inline void check(const protocols::Message& message) {
  const auto& envelope = message.envelope;
  if (const auto* faults = std::get_if<record::Faults>(&message.payload)) {
    PROPERTY(!faults->empty());
    for (const auto& fault : *faults) PROPERTY(!fault.reason.empty() && fault.path.size() <= 300);
    return;
  }
  if (envelope.id) PROPERTY(!envelope.id->empty() && envelope.id->size() <= 128);
  if (envelope.time) PROPERTY(base::parse_rfc3339(*envelope.time).has_value());
  const auto& payload = std::get<boost::json::value>(message.payload);
  if (!payload.is_object()) return;
  auto event = payload.get_object();
  protocols::apply_envelope(event, envelope);
  const auto prepared = record::prepare_event(event, {base::SourceName("fuzz"), record::Proof::token});
  if (prepared) PROPERTY(record::read_event(prepared->json).has_value());
}

}  // namespace countersign::fuzz
