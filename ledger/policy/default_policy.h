#pragma once

#include <boost/json/object.hpp>

namespace countersign::policy {

/// What a tenant's policies are where nobody said anything, as GET /v1/tenants/{tenant}/policy shows them,
/// without `tenant` and `region`. Whoever judges from records alone begins with it; that it is what the
/// appliance goes by is a test of the document.
const boost::json::object& default_policy();

}  // namespace countersign::policy
