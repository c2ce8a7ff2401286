#include "ledger/policy/default_policy.h"

#include "ledger/record/event_schema.h"

#include <boost/json/array.hpp>

namespace countersign::policy {
namespace {

namespace json = boost::json;

json::object make() {
  json::array factors;
  for (const auto factor : record::factors())
    factors.emplace_back(json::string_view(factor.data(), factor.size()));
  return {{"access",
           {{"factors", std::move(factors)},
            {"step_up", {{"actions", json::array()}, {"window_s", 900}}},
            {"audit_access", {{"window_s", 900}, {"single_records", false}, {"four_eyes", false}}},
            {"lockout", {{"attempts", 10}}}}},
          {"sharing",
           {{"auditor", "pseudonymous"}, {"analyst", "masked"}, {"privacy", "full"}, {"admin", "full"}}},
          {"attributes", {{"not_personal", json::array()}}},
          {"monitoring", {{"parameters", json::array()}}},
          {"retention",
           {{"rule", "forever"}, {"keep", "forever"}, {"at_hand", "12 months"}, {"types", json::array()}}}};
}

}  // namespace

const json::object& default_policy() {
  static const json::object kDefault = make();
  return kDefault;
}

}  // namespace countersign::policy
