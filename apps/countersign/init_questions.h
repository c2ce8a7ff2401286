#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace countersign::apps {

/// Where people and sources reach an appliance: `host[:port]`, with `https://` before it or without.
struct Reach {
  std::string host;  ///< a name or an address, an IPv6 address without brackets
  std::uint16_t port = 8443;

  /// Of this machine alone.
  bool is_local() const;
  /// What to listen on to be reached there.
  std::string listen_address() const;
  /// As access.address spells it.
  std::string url(bool tls) const;
};
/// invalid_argument for what is no host, or a port that cannot be.
base::Result<Reach> parse_reach(const std::string& text);

/// What a person is asked for, in this order; what is there already is not asked.
struct Answers {
  std::optional<std::string> origin, region, reach;
};

/// Whether there is a person to ask: standard input and standard error are a terminal.
bool is_asked_for();

/// Asks for what is missing, on standard error, each again until the answer can be used. `reach` is proposed
/// as an answer to the last question, which is not asked where it is null. aborted where the input ends.
base::Result<void> ask(Answers& answers, const std::function<std::string(const Answers&)>& reach);

}  // namespace countersign::apps
