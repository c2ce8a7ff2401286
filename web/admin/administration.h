#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "web/admin/act.h"
#include "web/api/desk.h"
#include "web/api/people.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace countersign::admin {

struct NewTenant {
  std::string name, region;  ///< an empty region: the one that there is
  std::string moved_to;      ///< address of the appliance that keeps it; empty: this one
  ingest::Author by;
};

/// What the program does for administration, as its commands do. Each blocks; called on the threads of the
/// desks below. What changes the registry is recorded durably when it returns.
struct Calls {
  /// Gives what the sender is shown, once. `url`, `pull_url` and secrets were looked at by nobody yet.
  std::function<base::Result<std::string>(ingest::NewSource)> add_source;
  std::function<base::Result<void>(const base::SourceName&, const ingest::Author&)> revoke_source;
  std::function<base::Result<std::string>(const ingest::NewOperator&)> add_token;
  std::function<base::Result<void>(const std::string&, const ingest::Author&)> revoke_token;
  std::function<base::Result<void>(const NewTenant&)> add_tenant;
  /// Where a source's sender sends to; of a polled one where it is polled.
  std::function<std::string(const ingest::Source&)> address;
  /// A client certificate by its PEM text or its fingerprint.
  std::function<base::Result<base::Digest>(const std::string&)> certificate;
  std::function<boost::json::object()> source_kinds;
  /// Puts an event into a region's system log, durably, before it returns. not_found: it is kept elsewhere.
  std::function<base::Result<void>(const base::RegionId&, std::string_view type, boost::json::object members)>
      record;
  std::function<std::string(const std::string& token)> invitation_link;
  std::function<std::optional<base::Timestamp>(std::string_view name)> token_used;
  /// Records of each tenant, retired ones included, in the regions that are kept here.
  std::function<base::Result<std::map<base::TenantId, std::uint64_t>>()> records;
  std::function<base::Result<boost::json::object>()> keys, regions, backups, health;
};

/// /v1/admin/…: what `countersign source`, `user`, `operator`, `tenant`, `key list`, `region list` and
/// `backup list` do, over HTTP, for the role admin. A person with a fresh second factor changes, a token
/// reads. docs/access.md says who may what of whom.
///
/// Changes of the registry are made one after another on a desk, and answered when the daemon goes by them;
/// accounts are the people's desk's. Any thread may ask.
class Administration {
 public:
  static constexpr std::size_t kWaitingMax = 32;
  static constexpr std::chrono::seconds kPatience{10};  ///< for a change to come into force

  /// `people` outlives it.
  Administration(Calls calls, api::People& people) : calls_(std::move(calls)), people_(people) {}
  ~Administration() { stop(); }
  Administration(const Administration&) = delete;
  Administration& operator=(const Administration&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Ends the request at work; what waits is answered 503. Before the regions stop.
  void stop();

 private:
  using Asker = endpoints::Asker;
  using Read = std::function<http::Response(const Asker&)>;
  using Work = std::function<http::Response(const Act&)>;

  void add_sources(http::Router& router, const endpoints::Reception& reception);
  void add_source_test(http::Router& router, const endpoints::Reception& reception);
  void add_users(http::Router& router, const endpoints::Reception& reception);
  void add_tokens(http::Router& router, const endpoints::Reception& reception);
  void add_tenants(http::Router& router, const endpoints::Reception& reception);
  void add_appliance(http::Router& router, const endpoints::Reception& reception);

  /// Answers on the readers' desk.
  http::Route reading(std::string pattern, const endpoints::Reception& reception, endpoints::Permit permit,
                      Read read);
  /// Carries out on the changes' desk, where the asker still may.
  void change(Act act, const http::Respond& respond, Work work);
  /// Waits until the registry that new requests use is as `is_so` wants it; false where that takes too long.
  bool in_force(const ingest::IngestService& service,
                const std::function<bool(const ingest::Registry&)>& is_so) const;

  const Calls calls_;
  api::People& people_;
  std::atomic<bool> stopping_{false};
  api::Desk readers_{kWaitingMax}, changes_{kWaitingMax};
};

}  // namespace countersign::admin
