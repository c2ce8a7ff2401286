#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

/// What the commands and the API do alike when they put something into the registry. Any thread, any process.
namespace countersign::apps {

/// Where the sender of a source sends to; of a source that is polled, where it is polled. Where the daemon
/// listens on every address that is the address of `access`, else the machine's own name.
std::string source_address(const Config& config, const ingest::Source& source);

/// Fills in the scheme where a secret was given and none was named, and checks what is said of polling.
/// invalid_argument otherwise.
base::Result<void> settle_source(ingest::NewSource& source);

/// Registers a settled source: what ingest::add_source gives. Errors as there, and those of the
/// key-encryption key.
base::Result<std::string> register_source(const Config& config, const ingest::NewSource& source);

/// A client certificate by its PEM text, or its fingerprint as openssl prints it. invalid_argument: neither,
/// or it has ended. failed_precondition: countersignd asks for none.
base::Result<base::Digest> client_certificate(const Config& config, const std::string& text);

/// The kinds of sources that there are, from the tables of adapters, schemes and pullers: what each needs.
boost::json::object source_kinds(const Config& config);

/// The region that was asked for, or the only one there is. invalid_argument: there are several. not_found.
base::Result<base::RegionId> choose_region(const Config& config, const std::string& asked);

/// Registers a tenant in the region that was asked for, or the only one there is; gives that. `moved_to` is
/// the address of the appliance that keeps it, where that is another one. Errors as choose_region and
/// ingest::add_tenant.
base::Result<base::RegionId> register_tenant(const Config& config, const std::string& name,
                                             const std::string& region,
                                             const std::optional<std::string>& moved_to,
                                             const ingest::Author& by);

}  // namespace countersign::apps
