#include "apps/bundle_report.h"

#include "apps/report_formats.h"
#include "exporters/bundle/proven_lines.h"
#include "exporters/jsonl/lines.h"
#include "exporters/verify/evidence.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proven_records.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/signed_state.h"
#include "reports/engine/report_json.h"
#include "reports/engine/system_records.h"
#include "reports/render/html.h"
#include "reports/render/oscal.h"
#include "reports/render/pdf.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
namespace json = boost::json;
namespace layout = verify::layout;

constexpr std::uint64_t kFileBytesMax = 256u << 20;
constexpr std::size_t kDifferencesTold = 10;

/// Everything that a report in a bundle follows from, beside the records of its log.
struct Materials {
  std::vector<std::string> system;  ///< records that concern the tenant
  reports::Scope scope;
  reports::ReportRequest request;
};

/// The records of a bundle, in the tables of a report.
struct Records {
  reports::Workspace::Builder builder;
  std::set<std::string, std::less<>> sources;
};

base::Result<Records> load_records(const std::filesystem::path& file) {
  TRY_ASSIGN(auto builder, reports::Workspace::Builder::begin());
  Records out{std::move(builder), {}};
  std::ifstream lines(file);
  if (!lines) return fail(Code::not_found, fmt::format("{} cannot be read", file.string()));
  std::string line;
  while (std::getline(lines, line)) {
    // Of a record that was retired there is a hash.
    if (!line.starts_with("{\"v\":")) continue;
    TRY_ASSIGN(const auto record, record::read_record(line));
    TRY(out.builder.add(reports::Workspace::Builder::Of::tenant, base::index_of(record.seq), line));
    if (!out.sources.contains(record.source)) out.sources.emplace(record.source);
  }
  if (lines.bad()) return fail(Code::internal, "the records cannot be read to the end");
  return out;
}

base::Result<reports::Report> make_from(Records records, const Materials& materials,
                                        const reports::Catalogue& catalogue) {
  policy::PolicyHistory policies;
  for (const auto& line : materials.system) {
    TRY_ASSIGN(const auto record, record::read_record(line));
    TRY(records.builder.add(reports::Workspace::Builder::Of::system, base::index_of(record.seq), line));
    TRY(policies.add(line));
  }
  TRY_ASSIGN(auto workspace, records.builder.finish(materials.scope, policies.of(materials.scope.tenant)));
  return reports::build_report(workspace, catalogue, materials.request);
}

/// The first records of a system log that concern the tenant, by their numbers.
base::Result<std::map<std::uint64_t, std::string>> concerned(store::LedgerReader& ledger,
                                                             const store::LogHead& log, std::uint64_t size,
                                                             reports::Concern concern) {
  std::map<std::uint64_t, std::string> out;
  // Second factors come before what they were shown for, so whether they concern the tenant is known at the
  // end.
  std::vector<std::pair<std::uint64_t, std::string>> shown;
  TRY(ledger.read(log, 0, size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
    TRY_ASSIGN(const auto record, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(record.event));
    const bool has_session = event.has(record::kSessionId);
    if (reports::names_tenant(event, concern.tenant) && has_session)
      concern.sessions.emplace(event.plain(record::kSessionId));
    if (reports::concerns(event, concern)) {
      out.emplace(base::index_of(seq), bytes);
    } else if (has_session && reports::is_of_a_session(event)) {
      shown.emplace_back(base::index_of(seq), event.plain(record::kSessionId));
    }
    return {};
  }));
  for (const auto& [seq, session] : shown) {
    if (!concern.sessions.contains(session)) continue;
    TRY_ASSIGN(auto bytes, ledger.record(log, base::seq_at(seq)));
    out.emplace(seq, std::move(bytes));
  }
  return out;
}

/// The system log's records that concern the tenant, with what proves them.
base::Result<void> gather_system(store::LedgerReader& ledger, std::set<std::string, std::less<>> sources,
                                 Materials& materials, std::map<std::string, std::string>& files) {
  const base::TenantId tenant{std::string(base::kSystemTenant)};
  TRY_ASSIGN(const auto newest, store::newest_signed_state(ledger, tenant));
  if (!newest) return {};
  TRY_ASSIGN(auto records, concerned(ledger, newest->head, newest->checkpoint.size,
                                     {materials.scope.tenant.value(), std::move(sources), {}}));
  TRY_ASSIGN(const auto covering,
             store::signed_state_covering(ledger, tenant, records.empty() ? 0 : records.rbegin()->first + 1));
  const auto& system = covering ? *covering : *newest;
  const auto size = system.checkpoint.size;
  TRY_ASSIGN(auto proven, bundle::prove_lines(ledger, system, records));
  for (auto& [seq, bytes] : records) materials.system.push_back(std::move(bytes));
  materials.scope.system_size = size;
  materials.request.system_log =
      reports::LogState{system.head.name.text, size, system.checkpoint.root, {system.time * 1'000'000}};
  files.emplace(layout::kReportRecords, std::move(proven.records));
  files.emplace(layout::kReportProofs, std::move(proven.proofs));
  return {};
}

std::string control_path(const std::string& file) {
  return std::string(layout::kControls) + std::filesystem::path(file).filename().string();
}

/// As Assessment Results that name the bundle's files.
base::Result<std::string> oscal_of(const reports::Report& report, const reports::Run& run,
                                   const reports::Catalogue& catalogue, std::string_view text) {
  render::OscalOptions options;
  options.software = run.software;
  options.report = render::OscalFile{"report.json", "application/json", crypto::sha256(text)};
  for (const auto& file : catalogue.files()) {
    if (!file.name.ends_with(".sql")) continue;
    options.query_files.emplace(
        file.name, render::OscalFile{"../" + control_path(file.name).substr(5), "application/sql",
                                     crypto::sha256(file.content)});
  }
  return render::to_oscal(report, options);
}

base::Result<void> add_renderings(const reports::Report& report, const reports::Run& run,
                                  const reports::Catalogue& catalogue,
                                  std::map<std::string, std::string>& files) {
  const auto text = reports::to_json_text(report);
  for (const auto& file : catalogue.files()) files.emplace(control_path(file.name), file.content);
  TRY_ASSIGN(auto results, oscal_of(report, run, catalogue, text));
  TRY_ASSIGN(auto pdf, render::to_pdf(report, run));
  files.emplace(layout::kReportOscal, std::move(results));
  files.emplace(layout::kReportPdf, std::move(pdf));
  files.emplace(layout::kReportPage, render::to_html(report, run));
  files.emplace(layout::kReport, text);
  return {};
}

/// The controls in a bundle, under the names that they have in the program.
base::Result<reports::Catalogue> catalogue_in(const verify::OpenedBundle& bundle) {
  std::vector<reports::Catalogue::File> files;
  for (const auto& [name, file] : bundle.files()) {
    if (!name.starts_with(layout::kControls)) continue;
    TRY_ASSIGN(auto content, bundle.read(name, kFileBytesMax));
    const auto& known = reports::Catalogue::built_in().files();
    const auto same = std::find_if(known.begin(), known.end(),
                                   [&](const auto& one) { return control_path(one.name) == name; });
    files.push_back({same != known.end() ? same->name : name, std::move(content)});
  }
  return reports::Catalogue::read(std::move(files));
}

/// Controls of the bundle that are not, byte by byte, those that this program has.
std::vector<std::string> other_controls(const reports::Catalogue& catalogue) {
  std::vector<std::string> out;
  const auto& known = reports::Catalogue::built_in().files();
  for (const auto& file : catalogue.files()) {
    const bool same = std::any_of(known.begin(), known.end(), [&](const auto& one) {
      return one.name == file.name && one.content == file.content;
    });
    if (!same) out.push_back(std::filesystem::path(file.name).filename().string());
  }
  return out;
}

/// What a report says that it was asked for.
base::Result<void> read_request(const json::value& stated, reports::ReportRequest& out) {
  try {
    const auto& scope = stated.at("scope").as_object();
    out.framework = scope.at("framework").as_string().c_str();
    for (const auto& one : scope.at("criteria").as_array())
      out.criteria.emplace_back(one.as_string().c_str());
    for (const auto& one : stated.at("samples").as_array()) {
      reports::SampleRequest sample;
      sample.control = one.at("control").as_string().c_str();
      const bool random = one.at("method").as_string() == "random";
      sample.method =
          random ? reports::SampleRequest::Method::random : reports::SampleRequest::Method::interval;
      sample.seed = one.at("seed").as_string().c_str();
      sample.size = one.at("size").to_number<std::uint64_t>();
      out.samples.push_back(std::move(sample));
    }
  } catch (const std::exception&) {
    return fail(Code::data_loss, "data/reports/report.json does not have the members that it must have");
  }
  return {};
}

std::string told(const reports::Difference& one) {
  const auto value = [](const std::string& text) {
    return text.empty() ? std::string("nothing") : text.size() > 80 ? text.substr(0, 80) + "…" : text;
  };
  return fmt::format("{} is {} in the report and {} by the records", one.where, value(one.stated),
                     value(one.recomputed));
}

}  // namespace

bundle::AddFiles report_files(const Config& config, const base::RegionId& region,
                              const ReportOptions& options) {
  return [&config, region,
          options](const bundle::StagedRecords& staged) -> base::Result<std::map<std::string, std::string>> {
    Materials materials;
    const bool any = staged.begin < staged.end;
    materials.scope = {base::TenantId(options.tenant), {}, {}, any ? staged.begin : 0,
                       any ? staged.end : 0,           0};
    TRY_ASSIGN(materials.scope.from, base::parse_rfc3339(options.from));
    TRY_ASSIGN(materials.scope.until, base::parse_rfc3339(options.to));
    auto& request = materials.request;
    request.region = region.value();
    request.log = staged.log.text;
    request.framework = options.framework;
    request.criteria = options.criteria;
    request.as_of = {staged.log.text, staged.checkpoint.size, staged.checkpoint.root, staged.checkpoint_time};
    TRY_ASSIGN(request.samples, read_samples(options));
    TRY_ASSIGN(const auto catalogue, read_catalogue(options.controls));
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(config.region_files(region).ledger()));
    std::map<std::string, std::string> files;
    TRY_ASSIGN(auto records, load_records(staged.file));
    TRY(gather_system(ledger, std::move(records.sources), materials, files));
    TRY_ASSIGN(const auto report, make_from(std::move(records), materials, catalogue));
    TRY(add_renderings(report,
                       {staged.run_at, options.requested_by, "countersign " COUNTERSIGN_VERSION, {}, {}},
                       catalogue, files));
    return files;
  };
}

base::Result<std::string> recompute_report(const verify::ReportSources& sources) {
  const auto& [bundle, evidence, system] = sources;
  TRY_ASSIGN(const auto text, bundle.read(layout::kReport, kFileBytesMax));
  auto stated = base::parse_json(text, {.depth_max = 16});
  if (!stated) return fail("data/reports/report.json", stated.error());
  Materials materials;
  const auto first = evidence.gaps.if_contains("first_seq"), last = evidence.gaps.if_contains("last_seq");
  const bool any = first != nullptr && last != nullptr && first->is_number() && last->is_number();
  materials.scope = {evidence.tenant, evidence.period.from, evidence.period.to, 0, 0, 0};
  if (any) {
    materials.scope.first_seq = first->to_number<std::uint64_t>();
    materials.scope.end_seq = last->to_number<std::uint64_t>() + 1;
  }
  auto& request = materials.request;
  TRY(read_request(stated->value, request));
  request.region = evidence.region.value();
  request.log = evidence.log.text;
  request.as_of = {evidence.log.text,
                   evidence.checkpoint_size,
                   evidence.checkpoint_root,
                   {evidence.checkpoint_time * 1'000'000}};
  if (system != nullptr) {
    materials.system = system->records;
    materials.scope.system_size = system->head.size;
    request.system_log = reports::LogState{
        system->head.log.text, system->head.size, system->head.root, {system->head.time * 1'000'000}};
  }
  auto catalogue = catalogue_in(bundle);
  if (!catalogue) return fail("the bundle's controls cannot be used", catalogue.error());
  auto records = load_records(bundle.find(layout::kRecords)->path);
  if (!records) return fail("the report cannot be made again", records.error());
  const auto report = make_from(std::move(*records), materials, *catalogue);
  if (!report) return fail("the report cannot be made again", report.error());
  if (reports::to_json_text(*report) != text) {
    const auto found = reports::differences(stated->value, reports::to_json(*report));
    std::string message =
        fmt::format("The report does not follow from the records: {} figures differ.", found.size());
    if (found.empty()) message = "The report does not follow from the records: it is spelled otherwise.";
    for (std::size_t i = 0; i < std::min(found.size(), kDifferencesTold); ++i)
      message += fmt::format(" {}.", told(found[i]));
    return fail(Code::data_loss, std::move(message));
  }
  const reports::Run run{evidence.run_at, evidence.requested_by, evidence.software, {}, {}};
  const bool same_program = evidence.software == "countersign " COUNTERSIGN_VERSION;
  if (same_program) {
    TRY_ASSIGN(const auto page, bundle.read(layout::kReportPage, kFileBytesMax));
    if (page != render::to_html(*report, run))
      return fail(Code::data_loss,
                  "data/reports/report.html is not what data/reports/report.json says: it was altered.");
    TRY_ASSIGN(const auto oscal, bundle.read(layout::kReportOscal, kFileBytesMax));
    TRY_ASSIGN(const auto again, oscal_of(*report, run, *catalogue, text));
    if (oscal != again)
      return fail(Code::data_loss,
                  "data/reports/oscal.json is not what data/reports/report.json says: it was altered.");
  }
  const auto others = other_controls(*catalogue);
  return fmt::format(
      "Every figure of the report was made again from the records: {} controls, {} tables.{}{} "
      "The PDF was not compared: fonts differ from machine to machine.",
      report->controls.size(), report->listings.size(),
      same_program
          ? " So were report.html and oscal.json."
          : " report.html and oscal.json are of another version of the program, and were not compared.",
      others.empty()
          ? " The controls are those that this program has."
          : fmt::format(" These controls are not those that this program has: {}.", fmt::join(others, ", ")));
}

}  // namespace countersign::apps
