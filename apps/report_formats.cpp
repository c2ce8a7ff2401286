#include "apps/report_formats.h"

#include "ledger/base/file.h"
#include "reports/engine/report_json.h"
#include "reports/render/html.h"
#include "reports/render/oscal.h"
#include "reports/render/pdf.h"
#include "reports/render/shell_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// `OTP-LIFETIME.exceptions`, for a file that runs by itself behind workspace.sql.
base::Result<void> write_query(const std::filesystem::path& folder, const std::string& name,
                               const reports::Definition& definition, const reports::Query& query) {
  return base::write_file_durably(folder / (name + ".sql"),
                                  fmt::format("{}{};\n", render::definition_values(definition), query.sql),
                                  base::FileMode::readable);
}

}  // namespace

base::Result<FormatOptions> choose_format(const std::string& format, const std::string& file,
                                          const std::string& oscal_version) {
  static constexpr std::pair<std::string_view, ReportFormat> kNames[] = {{"html", ReportFormat::html},
                                                                         {"pdf", ReportFormat::pdf},
                                                                         {"oscal", ReportFormat::oscal},
                                                                         {"json", ReportFormat::json}};
  FormatOptions out;
  if (!oscal_version.empty()) out.oscal_version = oscal_version;
  for (const auto& [name, one] : kNames) {
    const bool by_file = format.empty() && (file.ends_with(fmt::format(".{}", name)) ||
                                            file.ends_with(fmt::format(".{}.json", name)));
    if (format != name && !by_file) continue;
    out.format = one;
    return out;
  }
  return fail(
      Code::invalid_argument,
      fmt::format(
          "'{}' does not tell the format: name it *.html, *.pdf, *.json or *.oscal.json, or give --format",
          file));
}

base::Result<std::string> render_report(const reports::Report& report, const reports::Run& run,
                                        const FormatOptions& how) {
  switch (how.format) {
    case ReportFormat::html:
      return render::to_html(report, run);
    case ReportFormat::pdf:
      return render::to_pdf(report, run);
    case ReportFormat::oscal: {
      render::OscalOptions options;
      options.oscal_version = how.oscal_version;
      options.software = run.software;
      return render::to_oscal(report, options);
    }
    case ReportFormat::json:
      break;
  }
  return reports::to_json_text(report);
}

base::Result<void> write_queries(const std::filesystem::path& folder, const Reported& reported) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::not_found,
                fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  TRY(base::write_file_durably(folder / "workspace.sql",
                               ".parameter init\n" + render::report_values(reported.report, reported.run) +
                                   reported.report.workspace_sql,
                               base::FileMode::readable));
  for (const auto& one : reported.report.controls) {
    TRY(write_query(folder, one.control.id + ".population", one.control, one.control.population));
    TRY(write_query(folder, one.control.id + ".exceptions", one.control, one.control.exceptions));
  }
  for (const auto& one : reported.report.listings)
    TRY(write_query(folder, one.listing.id, one.listing, one.listing.rows));
  return {};
}

}  // namespace countersign::apps
