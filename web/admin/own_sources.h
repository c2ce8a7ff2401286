#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/message.h"
#include "collector/ingest/source.h"

#include <cstddef>
#include <string_view>

namespace countersign::admin {

/// Sources that admins of some tenants may have registered for these, the revoked ones included, which keep
/// their names for good.
inline constexpr std::size_t kOwnSourcesMax = 100;

inline constexpr std::string_view kNoSource = "there is no source of that name that you look after";

/// Whether an admin looks after a source: each does who acts for all tenants, and who acts for some where it
/// sends for no others.
bool sees(const endpoints::Asker& asker, const ingest::Source& source);

/// The source of the request's path, revoked or not; null where there is none that the asker looks after. As
/// long as the asker's registry.
const ingest::Source* own_source(const endpoints::Asker& asker, const http::Request& request);

}  // namespace countersign::admin
