#pragma once

#include "ledger/base/time.h"
#include "web/notify/destination.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace countersign::senders {

/// One event as it goes out to a SIEM.
struct Item {
  std::string id;   ///< the same each time that it is sent, and that of no other
  std::string log;  ///< whose order is kept
  std::uint64_t seq = 0;
  std::string type;
  base::Timestamp time;
  int severity = 6;  ///< of syslog (RFC 5424, table 2)
  std::string text;  ///< the event, one line
};

/// What came of a batch.
struct BatchOutcome {
  enum class Kind {
    taken,    ///< all of it, but for `refused`
    failed,   ///< to be sent again as it is, later: an item may have been taken all the same
    refused,  ///< for something in it, of which it is not known what it is
    stopped,  ///< not sent to its end, because the daemon stops
  };
  Kind kind = Kind::taken;
  std::string
      why;  ///< one sentence without a full stop; holds no secret and nothing that the other side said
  std::int64_t wait_s = 0;           ///< the other side asks for so much time before the next attempt
  std::vector<std::size_t> refused;  ///< positions of items that will never be taken as they are
  /// Failed, with an answer that may be about what an item says. Where it is false no item is guilty.
  bool about_content = false;
};

/// Sends a batch, which ends by itself in a time that is bounded. One thread at a time.
using SendBatch = std::function<BatchOutcome(std::span<const Item>, const notify::Stop&)>;

}  // namespace countersign::senders
