#pragma once

#include "ledger/base/result.h"

#include <string>

namespace countersign::apps {

/// What settings of destinations have in common. Without TLS only this machine is spoken to, unless they say
/// that it may be another; `member` is the setting that says where to.
base::Result<void> check_plain(bool tls, const std::string& host, bool allow_plain,
                               const std::string& member);

/// This machine's name, as what is sent says where it comes from; empty where it has none.
std::string own_host();

}  // namespace countersign::apps
