#pragma once

#include "apps/bundle_vendor.h"
#include "apps/config.h"
#include "apps/reporting.h"
#include "exporters/bundle/export_bundle.h"
#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// What is to be exported; times in RFC 3339.
struct ExportOptions {
  std::string tenant, from, to, output, region, requested_by, query;
  std::string destination;          ///< region or country that the bundle goes to; empty: the region itself
  std::vector<std::string> filter;  ///< member=value
  std::string format;               ///< zip or tar.zst; empty: by the output's name
  bool redact = false;
  std::string profile;  ///< of record::Profile; empty: what the policy says
  std::string role = "admin";
  std::string disclose_kinds, disclose_records, recipient;
  std::string approved_by;            ///< id of the account of a second person who did
  boost::json::object asked_by = {};  ///< members of the record of the export that say who asked
  std::optional<std::vector<std::string>> only_tokens = {};  ///< that are opened; absent: all
  std::optional<ReportOptions> report = {};  ///< that goes into it, of the same tenant and period
  VendorWish vendor = {};                    ///< documents and a questionnaire that go into it
  documents::By vendor_by = {};              ///< who is recorded to have been given those
  std::string auditor = {};                  ///< account of the auditor who asks; empty: somebody else does
};

struct Exported {
  record::Profile profile = record::Profile::pseudonymous;
  bundle::BundleSummary summary;
};

/// Writes a bundle of what a region holds of the tenant, and records the export in its system log first.
/// Errors: those of bundle::export_bundle, of choose_profile and choose_scope, of gather_vendor_files and of
/// the keys.
base::Result<Exported> export_bundle(const Config& config, const base::RegionId& region,
                                     const ExportOptions& options, const bundle::ProgressFn& progress);

}  // namespace countersign::apps
