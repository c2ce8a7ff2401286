#pragma once

#include "web/api/evidence.h"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <vector>

namespace countersign::api {

/// A report that was asked for; times in RFC 3339.
struct ReportOrder {
  std::string tenant, from, to;
  std::string framework = "soc2";
  std::vector<std::string> criteria;  ///< clauses of the framework; empty: all
  std::string format = "json";        ///< json, html, pdf or oscal
  std::string oscal_version;          ///< empty: the newest that is written
  std::vector<std::string> samples;   ///< `random:25`, `OTP-LIFETIME=interval:40`
  std::string seed;
  std::string asked_by;  ///< an account's id
};

/// Makes a report and records that it was made, with `members` of who asked, before it returns what the
/// report says in the format that was asked for. Blocks for as long as it takes.
using ReportMaker = std::function<base::Result<std::string>(const base::RegionId&, const ReportOrder&,
                                                            const boost::json::object& members)>;

/// POST /v1/tenants/{tenant}/reports: a report is made while the asker waits, one after another on a desk of
/// their own, and given out once that is recorded. A person asks, nobody by a token, with a fresh second
/// factor (see prove_look). GET /v1/controls: what reports test.
class Reports {
 public:
  static constexpr std::size_t kWaitingMax = 3;  ///< each may take some seconds, and who asks waits

  /// `people` outlives it.
  Reports(People& people, EvidenceAccess access, ReportMaker maker);
  ~Reports() { stop(); }
  Reports(const Reports&) = delete;
  Reports& operator=(const Reports&) = delete;

  /// The routes; this outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Waits for the report that is being made; what waits is answered 503.
  void stop() { desk_.stop(); }

 private:
  void begin(const endpoints::Asker& asker, const http::Request& request, const http::Respond& respond);

  People& people_;
  const EvidenceAccess access_;
  const ReportMaker maker_;
  const std::string controls_;  ///< the answer of GET /v1/controls
  Desk desk_{kWaitingMax};
};

}  // namespace countersign::api
