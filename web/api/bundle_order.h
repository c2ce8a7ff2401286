#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/message.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"
#include "web/api/bundle_shelf.h"
#include "web/api/evidence.h"

#include <tl/expected.hpp>

#include <string>

namespace countersign::api {

/// Reads what somebody asks for with POST /v1/tenants/{tenant}/bundles, as far as it can be said without
/// looking anything up: 422 for what is not as it must be, 403 for more than the asker may see, and for a
/// questionnaire that is asked for by others than analysts and admins of all tenants.
tl::expected<ShelvedBundle, base::Problem> read_order(const http::Request& request,
                                                      const endpoints::Asker& asker, const View& view,
                                                      base::Timestamp now, std::string id);

/// Whether somebody is one of those whom questionnaires are for.
bool may_have_questionnaires(const ingest::Operator& who);

}  // namespace countersign::api
