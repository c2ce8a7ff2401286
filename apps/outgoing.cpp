#include "apps/outgoing.h"

#include "apps/config_table.h"
#include "web/senders/host.h"

#include <unistd.h>

#include <array>

namespace countersign::apps {

base::Result<void> check_plain(bool tls, const std::string& host, bool allow_plain,
                               const std::string& member) {
  if (tls || allow_plain || senders::is_loopback(host)) return {};
  return refuse_setting(
      member, "goes to another machine without TLS; if nobody can listen on the way, say allow_plain = true");
}

std::string own_host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace countersign::apps
