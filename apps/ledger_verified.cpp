#include "apps/ledger_verified.h"

#include "apps/system_events.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "web/auth/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace countersign::apps {
namespace {

constexpr std::size_t kReasonBytesMax = 256;

boost::json::object event(std::uint64_t records, std::size_t logs, std::chrono::seconds took,
                          const std::string& outcome, base::Timestamp time) {
  auto out = system_event(crypto::random_id(crypto::system_entropy()), "ledger.verified", time);
  out["action"] = {{"name", "verify ledger"},
                   {"resource", "all"},
                   {"context", fmt::format("records={} logs={} seconds={}", records, logs, took.count())}};
  out["outcome"] = {{"reason", outcome}};
  return out;
}

/// A fault's sentence without the name of the log that it is of.
std::string without_name(std::string what, const std::string& log) {
  for (auto at = log.empty() ? std::string::npos : what.find(log); at != std::string::npos;
       at = what.find(log, at))
    what.replace(at, log.size(), "the log");
  return what;
}

}  // namespace

std::string verified_outcome(const store::LedgerReport& report) {
  if (report.faults.empty()) return std::string(kIntact);
  const auto& fault = report.faults.front();
  const bool system = base::tenant_of({fault.log}).value() == base::kSystemTenant;
  std::string where;
  if (!fault.log.empty()) where = system ? "the system log" : "the log of a tenant";
  if (fault.seq >= 0) where = fmt::format("record {} of {}", fault.seq, where);
  if (!where.empty()) where += ": ";
  return auth::recordable(where + without_name(fault.what, fault.log), kReasonBytesMax);
}

boost::json::object ledger_verified(const store::LedgerReport& report, std::chrono::seconds took,
                                    base::Timestamp time) {
  std::uint64_t records = 0;
  for (const auto& log : report.logs) records += log.records;
  return event(records, report.logs.size(), took, verified_outcome(report), time);
}

boost::json::object ledger_not_read(std::chrono::seconds took, base::Timestamp time) {
  return event(0, 0, took, "the ledger could not be read to its end", time);
}

}  // namespace countersign::apps
