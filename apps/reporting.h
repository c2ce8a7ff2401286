#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "reports/engine/build_report.h"

#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace countersign::apps {

/// What is to be reported; times in RFC 3339.
struct ReportOptions {
  std::string tenant, from, to;
  std::string framework = "soc2";
  std::vector<std::string> criteria;  ///< clauses of the framework; empty: all that there are controls for
  std::vector<std::string> samples;   ///< `random:25`, `interval:40`, `OTP-LIFETIME=random:25`
  std::string seed;                   ///< of the samples
  std::string controls;               ///< folder of further controls; empty: none
  /// Ids of controls and detections: these alone, and no tables; empty: all.
  std::set<std::string, std::less<>> only = {};
  std::string requested_by;
  /// Members of the event about it: who asked, from where, by which proof.
  boost::json::object asked_by = {};
};

/// A report, and what is said beside it.
struct Reported {
  reports::Report report;
  reports::Run run;
};

/// Makes a report of what a region holds of the tenant, up to the newest checkpoint. Blocks: reads the index.
/// Errors: invalid_argument for a period that ends before it begins, a framework, clause, sample or control
/// that cannot be used; not_found where the tenant has no records here; failed_precondition where no
/// checkpoint covers any yet; unavailable while the index is behind.
base::Result<Reported> make_report(const Config& config, const base::RegionId& region,
                                   const ReportOptions& options, const reports::ReportProgress& progress);

/// What the policies of the records find, and what others would have found.
struct ReportedTwice {
  reports::Report now, then;
  boost::json::object policy;  ///< of the records, at the end of the period
};

/// Two reports of the same records, without tables: by the policies that the records tell of, and as if one
/// policy (policy::TenantHistory::always) had held all the time. Of each control up to `exceptions_most` are
/// told. Errors as make_report.
base::Result<ReportedTwice> report_twice(const Config& config, const base::RegionId& region,
                                         const ReportOptions& options, const boost::json::object& policy,
                                         std::size_t exceptions_most);

/// The built-in controls with those of a folder, where one is named.
base::Result<reports::Catalogue> read_catalogue(const std::string& folder);
base::Result<std::vector<reports::SampleRequest>> read_samples(const ReportOptions& options);

/// Records in the region's system log that a report was made.
base::Result<void> note_the_report(const Config& config, const base::RegionId& region,
                                   const ReportOptions& options, const Reported& reported);

}  // namespace countersign::apps
