#pragma once

#include "apps/config.h"

#include <algorithm>

namespace countersign::apps {

/// Whether anything listens with TLS, for HTTP or syslog, and so needs `keys.tls_certificate`. Pure.
inline bool uses_tls(const Config& config) {
  return config.listen.tls || std::ranges::any_of(config.syslog, [](const auto& one) { return one.tls; });
}

}  // namespace countersign::apps
