#pragma once

#include "reports/findings/finding_events.h"
#include "web/api/evidence.h"

#include <boost/json/object.hpp>

#include <functional>
#include <vector>

namespace countersign::api {

/// Appends events to a region's system log; they are on disk before it returns.
using FindingAppend =
    std::function<base::Result<void>(const base::RegionId&, const std::vector<boost::json::object>&)>;

/// /v1/tenants/{tenant}/findings: auditors, analysts and administrators see them, analysts and administrators
/// acknowledge, answer and resolve them. One request after another, on a desk of its own, so that of two who
/// say the same the second one is told of the first. What an auditor's period leaves out is as if it had not
/// been said. Who said something is told by id to those who may say something, else by token.
class Findings {
 public:
  static constexpr std::size_t kWaitingMax = 64;
  static constexpr std::size_t kMostDefault = 50, kMost = 200;

  /// `clock` says when something was said.
  Findings(EvidenceAccess access, FindingAppend append, base::Clock clock);
  ~Findings() { stop(); }
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  /// The routes; this outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Ends the request at work; what waits is answered 503. Before the regions stop.
  void stop() { desk_.stop(); }

 private:
  using Asker = endpoints::Asker;
  http::Response list(const Asker& asker, const http::Request& request);
  http::Response show(const Asker& asker, const http::Request& request);
  http::Response say(const Asker& asker, const http::Request& request, findings::Step step);
  http::Response document_of(const Asker& asker, const View& view, findings::Finding finding) const;
  void name(const Asker& asker, const View& view, std::span<findings::Finding> found) const;

  const EvidenceAccess access_;
  const FindingAppend append_;
  const base::Clock clock_;
  Desk desk_{kWaitingMax};
};

}  // namespace countersign::api
