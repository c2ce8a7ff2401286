#pragma once

#include "collector/ingest/registry.h"
#include "web/admin/wishes.h"

#include <string>
#include <vector>

namespace countersign::admin {

/// A source as a body asks for it. Certificates are still texts.
struct SourceWish {
  ingest::NewSource source;
  std::vector<std::string> certificates;
};

/// `source`, `adapter`, `tenants`, `scheme` (`token` for none), `secrets`, `certificates`, `url`, `keep_raw`,
/// `silent_after_s`, and `pull` with `url` and `settings`. 403 where the asker acts for some tenants and
/// names none, or asks for a source that is polled: that makes the appliance itself call an address.
Asked<SourceWish> read_source(const boost::json::object& body, const endpoints::Asker& asker);

}  // namespace countersign::admin
