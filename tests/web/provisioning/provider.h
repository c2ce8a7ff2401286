#pragma once

#include "collector/ingest/service.h"
#include "ledger/base/metrics.h"
#include "ledger/record/prepare.h"
#include "tests/support/test_region.h"
#include "tests/web/scim/client.h"
#include "web/provisioning/provisioning.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::provisioning {

/// An identity provider that sends to a region with a real store. The sources `okta` and `entra` may speak of
/// `acme`, `okta` of `globex`, too; `far` is pinned to another region.
class Provider {
 public:
  Provider();

  scim::Answer send(std::string_view method, std::string_view path, std::string_view body = {});
  scim::Answer get(std::string_view path) { return send("GET", path); }
  /// With one PatchOp message of these operations.
  scim::Answer patch(std::string_view path, std::string_view operations);

  /// The id of what a POST has created; empty where it did not.
  std::string create(std::string_view path, std::string_view body);
  std::string create_user(std::string_view name);
  std::string create_group(std::string_view name, const std::vector<std::string>& members);

  /// Ends the region's SCIM and begins it anew.
  void restart();

  /// The evidence since the last call, a line each: `user.provisioned | create user | Users/… | | id email
  /// phone name`, with every personal value opened; `-` for one that does not open.
  std::vector<std::string> told();
  /// The payloads of the tenant's records, in order; `-` where it does not open.
  std::vector<std::string> payloads();
  std::uint64_t records();

  void expect_whole_ledger();

  testing::TestRegion region;
  std::unique_ptr<store::Writer> writer;
  base::Metrics metrics;
  std::shared_ptr<ingest::Registry> registry = std::make_shared<ingest::Registry>();
  std::unique_ptr<ingest::IngestService> service;
  Limits limits;
  std::unique_ptr<Provisioning> provisioning;
  std::string source = "okta";
  record::Proof proof = record::Proof::token;
  base::TenantId tenant{"acme"};
  std::string error;  ///< of the last failure

 private:
  template <class Visit>
  void read(std::uint64_t begin, const Visit& visit);

  std::uint64_t read_ = 0;
};

}  // namespace countersign::provisioning
