#pragma once

#include "apps/reporting.h"
#include "ledger/base/result.h"

#include <filesystem>
#include <string>

namespace countersign::apps {

enum class ReportFormat { html, pdf, json, oscal };

struct FormatOptions {
  ReportFormat format = ReportFormat::html;
  std::string oscal_version = "1.2.1";
};

/// By its name, else by the file's: `.html`, `.pdf`, `.oscal.json`, `.json`. invalid_argument where neither
/// tells.
base::Result<FormatOptions> choose_format(const std::string& format, const std::string& file,
                                          const std::string& oscal_version);

/// The report in a format. failed_precondition where a PDF lacks a font.
base::Result<std::string> render_report(const reports::Report& report, const reports::Run& run,
                                        const FormatOptions& how);

/// Writes each query of a report into a folder, which is made: `workspace.sql`, which the others read, and
/// for each control `ID.population.sql` and `ID.exceptions.sql`, for each listing `ID.sql`, for `sqlite3
/// -readonly index.sqlite`.
base::Result<void> write_queries(const std::filesystem::path& folder, const Reported& reported);

}  // namespace countersign::apps
