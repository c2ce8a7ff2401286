#pragma once

#include "collector/endpoints/asker.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace countersign::admin {

/// A registry with the tenants acme and globex.
inline std::shared_ptr<ingest::Registry> two_tenants() {
  auto out = std::make_shared<ingest::Registry>();
  for (const auto* name : {"acme", "globex"}) {
    ingest::Tenant tenant;
    tenant.id = base::TenantId(name);
    tenant.region = base::RegionId("eu-1");
    out->put(std::move(tenant));
  }
  return out;
}

/// An admin who has signed in; of all tenants where none is named.
inline endpoints::Asker admin_of(const std::vector<std::string>& tenants, const std::string& id = "a1") {
  auto who = std::make_shared<ingest::Operator>();
  who->name = id;
  who->role = ingest::Role::admin;
  who->all_tenants = tenants.empty();
  for (const auto& name : tenants) who->tenants.emplace_back(name);
  auto person = std::make_shared<endpoints::SignedIn>();
  person->account = id;
  return {two_tenants(), who, person};
}

inline boost::json::object body_of(std::string_view text) {
  return base::parse_json(text, {.depth_max = 8})->value.as_object();
}

}  // namespace countersign::admin
