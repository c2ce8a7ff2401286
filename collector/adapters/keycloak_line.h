#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace countersign::adapters {

/// An event out of a line that Keycloak's logging listener writes: `type=LOGIN_ERROR, realmId=master, …`, in
/// newer versions with the values in double quotes, with or without what a log puts before it. `type`,
/// `realmId`, `clientId`, `userId`, `sessionId`, `ipAddress`, `error` become members, everything else
/// `details`. Absent where the line holds no such event.
std::optional<boost::json::value> read_keycloak_line(std::string_view line);

}  // namespace countersign::adapters
