#pragma once

#include "collector/http/message.h"
#include "collector/http/router.h"
#include "collector/ingest/service.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace countersign::endpoints {

/// An operator who asks something, and the registry that keeps him.
struct Asker {
  std::shared_ptr<const ingest::Registry> registry;
  const ingest::Operator* who = nullptr;
};

/// Whether an operator may ask at all; a problem where not. Before anything of the request is looked at.
using Permit = std::function<std::optional<base::Problem>(const ingest::Operator&)>;

/// The operator whose Bearer token a request has: 401 for none, and what `permit` says.
tl::expected<Asker, base::Problem> ask(ingest::IngestService& service, const base::Clock& clock,
                                       const http::RequestHead& head, const Permit& permit);

/// A route for operators: who may not is refused before a body is read.
http::Route operator_route(
    std::string method, std::string pattern, ingest::IngestService& service, const base::Clock& clock,
    Permit permit, std::function<void(const Asker&, const http::Request&, const http::Respond&)> handle);

/// The registered tenant of a name, if the asker acts for it: 403 where not, whether there is one or not,
/// because that is nobody else's business; 404 where there is none.
tl::expected<const ingest::Tenant*, base::Problem> tenant_of(const Asker& asker, std::string_view name);

/// Whether a request's body is plain JSON, not compressed.
bool is_json(const http::Request& request);

}  // namespace countersign::endpoints
