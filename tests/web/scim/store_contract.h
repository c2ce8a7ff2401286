#pragma once

#include "web/scim/store.h"

namespace countersign::scim {

/// What every Store promises, as expectations of GoogleTest. `store` is empty.
void expect_store_contract(Store& store);

}  // namespace countersign::scim
