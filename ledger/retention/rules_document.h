#pragma once

#include "ledger/base/result.h"
#include "ledger/retention/rules.h"

#include <boost/json/object.hpp>

namespace countersign::retention {

/// `{"rule","keep","at_hand","types":[{"types","rule","keep"}]}`, every member: equal rules have equal texts.
boost::json::object to_json(const TenantRules& rules);

/// Reads what to_json writes, or a part of it: what is left out is as the named rule says, and without a rule
/// everything is kept for ever. invalid_argument names the member, or is as RuleBook::set for a tenant.
base::Result<TenantRules> read_rules(const boost::json::object& from);

/// What read_rules takes, as a part of a JSON Schema (2020-12).
boost::json::object rules_schema();

}  // namespace countersign::retention
