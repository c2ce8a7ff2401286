#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::render {

/// Versions of OSCAL that a document may say it has. The body is the same in all.
inline constexpr std::array<std::string_view, 3> kOscalVersions{"1.1.2", "1.1.3", "1.2.1"};

/// The namespace of our properties. A URN as our problem types have, because it must stay the same for as
/// long as somebody keeps a document, whoever has which domain by then.
inline constexpr std::string_view kOscalNamespace = "urn:countersign:oscal";

/// A file that lies beside the document.
struct OscalFile {
  std::string href;  ///< as seen from the document's place, for example `../controls/step_up_missing.sql`
  std::string media_type;
  base::Digest sha256;
};

struct OscalOptions {
  std::string oscal_version = "1.2.1";  ///< one of kOscalVersions; importers that lag behind take 1.1.2
  std::string software;                 ///< that looked at the records: `countersign 1.4.0`; may be empty
  std::optional<OscalFile> report;      ///< the report in JSON, of which this is an arrangement
  std::map<std::string, OscalFile> query_files;  ///< by Query::file
};

/// Arranges a report as OSCAL Assessment Results in JSON, one line with a line feed: an observation for each
/// control, a finding for each clause of the report's framework, a risk for each control with exceptions, and
/// queries, listings, samples and a test plan inside the document. A clause is `satisfied` where at least one
/// of its controls had something to test and none noted exceptions; the document says so.
///
/// The same report and options give the same bytes: identifiers are UUIDs of version 5, and the times are
/// those of the report's checkpoint. Text of the report is taken for what people wrote: what Markdown would
/// read as more than text is escaped, control characters become visible, and white space becomes single
/// blanks.
///
/// invalid_argument for an unknown version, and for a report without clauses, which OSCAL has no form for.
/// Thread-safe.
base::Result<std::string> to_oscal(const reports::Report& report, const OscalOptions& options);

}  // namespace countersign::render
