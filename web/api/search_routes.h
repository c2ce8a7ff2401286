#pragma once

#include "web/api/evidence.h"

namespace countersign::api {

/// POST /v1/tenants/{tenant}/records/search and …/records/facets. What is given outlives the router.
void add_search(http::Router& router, const endpoints::Reception& reception, People& people,
                const EvidenceAccess& access, Desk& desk);

}  // namespace countersign::api
