#include "reports/trust/request_events.h"

#include "ledger/base/types.h"

#include <fmt/format.h>

namespace countersign::trust {
namespace {

namespace json = boost::json;

json::object event_of(const EventOf& of, std::string_view type, std::string_view action,
                      const std::string& request) {
  json::object out{{"id", of.id},
                   {"time", base::format_rfc3339(of.time)},
                   {"type", std::string(type)},
                   {"tenant", std::string(base::kSystemTenant)}};
  out["action"] = {{"name", std::string(action)}, {"resource", fmt::format("access/{}", request)}};
  return out;
}

void put(json::object& event, const json::object& members) {
  for (const auto& member : members) event[member.key()] = member.value();
}

}  // namespace

json::object EventOf::requested(const std::string& request, const Wish& wish,
                                const json::object& device) const {
  auto out = event_of(*this, "access.requested", "request access", request);
  out["actor"] = {{"email", wish.email}, {"name", wish.name}};
  out["attributes"] = {{"company", wish.company}, {"reason", wish.reason}};
  if (!device.empty()) out["device"] = device;
  return out;
}

json::object EventOf::approved(const std::string& request, const Grant& grant,
                               const documents::By& by) const {
  auto out = event_of(*this, "access.approved", "approve request", request);
  out["action"].as_object()["context"] =
      fmt::format("account={} tenant={} from={} before={} expires={}", grant.account, grant.tenant,
                  base::format_rfc3339(grant.from), base::format_rfc3339(grant.before),
                  base::format_rfc3339(grant.expires));
  put(out, by.members);
  return out;
}

json::object EventOf::refused(const std::string& request, const std::string& reason,
                              const documents::By& by) const {
  auto out = event_of(*this, "access.refused", "refuse request", request);
  out["outcome"] = {{"reason", reason}};
  put(out, by.members);
  return out;
}

json::object EventOf::expired(const std::string& request) const {
  return event_of(*this, "access.expired", "expire request", request);
}

}  // namespace countersign::trust
