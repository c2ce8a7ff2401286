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

/// What is known of a person who has signed in, beyond what she may do.
struct SignedIn {
  std::string account, session;          ///< their ids
  std::optional<ingest::Period> period;  ///< of an auditor: nothing received outside of it is shown
};

/// Who asks something, and the registry that is in force: an operator's token, or a person's session, which
/// looks like an operator here. Its name is the account's id then, because names stand in records in the
/// clear.
struct Asker {
  std::shared_ptr<const ingest::Registry> registry;
  std::shared_ptr<const ingest::Operator> who;
  std::shared_ptr<const SignedIn> person;  ///< empty for a token

  /// What of the records may be shown; empty: any.
  const std::optional<ingest::Period>& period() const { return person ? person->period : who->period; }
};

/// Finds who asks by a session's cookie: empty where the request has none, a problem where it is worth
/// nothing, has shown no second factor, or the request could be forged from another site.
using AskBySession =
    std::function<tl::expected<std::optional<Asker>, base::Problem>(const http::RequestHead&)>;

/// What it takes to know who asks. Cheap to copy; any thread.
struct Reception {
  ingest::IngestService& service;
  base::Clock clock;
  AskBySession by_session = {};  ///< empty: tokens only
  /// Told of each operator whose token was good.
  std::function<void(const ingest::Operator&)> used = {};
};

/// Whether somebody may ask at all; a problem where not. Before anything of the request is looked at.
using Permit = std::function<std::optional<base::Problem>(const ingest::Operator&)>;

/// Who asks: by a Bearer token, else by a session. 401 for neither, and what `permit` says.
tl::expected<Asker, base::Problem> ask(const Reception& reception, const http::RequestHead& head,
                                       const Permit& permit);

/// A route for operators and people: who may not is refused before a body is read.
http::Route operator_route(
    std::string method, std::string pattern, const Reception& reception, Permit permit,
    std::function<void(const Asker&, const http::Request&, const http::Respond&)> handle);

/// The registered tenant of a name, if the asker acts for it: 403 where not, whether there is one or not,
/// because that is nobody else's business; 404 where there is none.
tl::expected<const ingest::Tenant*, base::Problem> tenant_of(const Asker& asker, std::string_view name);

/// Whether a request's body is plain JSON, not compressed.
bool is_json(const http::Request& request);

}  // namespace countersign::endpoints
