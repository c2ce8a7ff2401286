#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "web/auth/access.h"

#include <functional>
#include <memory>

namespace countersign::apps {

using CurrentRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;

/// Leaves an event of an account in the outbox of each region that is kept here and where a tenant of the
/// account has, or may have, records; of every region for an account of all tenants; of the first one for
/// nobody's.
auth::Record account_recorder(const Config& config, CurrentRegistry registry);

/// The same of many events, with a file for many of them.
auth::RecordAll accounts_recorder(const Config& config, CurrentRegistry registry);

/// Seals under the appliance's key-encryption key, out of the way of its rotation.
auth::Sealing account_sealing(const Config& config);

/// Who asks for passkeys: the host of the setting access.address. Empty where there is none, or it is an IP
/// address, for which browsers make no passkeys.
std::optional<webauthn::RelyingParty> relying_party(const Config& config);

/// What to hand to who was invited. What stands behind '#' is sent to no server and stands in no log.
std::string invitation_link(const Config& config, const std::string& token);

/// Checks and spells access.address as browsers spell an origin: `https://host[:port]`; `http` for a host of
/// this machine alone. invalid_argument otherwise.
base::Result<std::string> parse_access_address(const std::string& text);

}  // namespace countersign::apps
