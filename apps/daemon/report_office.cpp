#include "apps/daemon/report_office.h"

#include "apps/report_formats.h"
#include "apps/reporting.h"
#include "apps/system_events.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

api::FindingAppend append_of(const std::vector<std::unique_ptr<Region>>& regions) {
  return [&regions](const base::RegionId& id,
                    const std::vector<boost::json::object>& events) -> base::Result<void> {
    for (const auto& region : regions) {
      if (region->id() == id) return append_system_events(region->appender(), events);
    }
    return base::fail(base::Code::not_found, fmt::format("the region {} is not kept here", id.value()));
  };
}

api::ReportMaker maker_of(const Config& config) {
  return [config](const base::RegionId& region, const api::ReportOrder& order,
                  const boost::json::object& members) -> base::Result<std::string> {
    ReportOptions options;
    options.tenant = order.tenant;
    options.from = order.from;
    options.to = order.to;
    options.framework = order.framework;
    options.criteria = order.criteria;
    options.samples = order.samples;
    options.seed = order.seed;
    options.requested_by = "account " + order.asked_by;
    options.asked_by = members;
    TRY_ASSIGN(const auto how, choose_format(order.format, {}, order.oscal_version));
    TRY_ASSIGN(const auto reported, make_report(config, region, options, nullptr));
    TRY_ASSIGN(auto content, render_report(reported.report, reported.run, how));
    TRY(note_the_report(config, region, options, reported));
    return content;
  };
}

}  // namespace

ReportOffice::ReportOffice(const Config& config, api::People& people, const api::EvidenceAccess& access,
                           const std::vector<std::unique_ptr<Region>>& regions)
    : findings_(access, append_of(regions), base::system_clock()),
      reports_(people, access, maker_of(config)) {}

void ReportOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  findings_.add_routes(router, reception);
  reports_.add_routes(router, reception);
}

void ReportOffice::stop() {
  findings_.stop();
  reports_.stop();
}

}  // namespace countersign::apps
