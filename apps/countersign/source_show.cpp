#include "apps/countersign/source_show.h"

#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"
#include "ledger/base/encoding.h"
#include "ledger/projection/coverage.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::int64_t kDay_us = 86'400ll * 1'000'000;

struct Options {
  std::string name, from, to;
};

std::string optional_time(const std::optional<base::Timestamp>& time) {
  return time ? base::format_rfc3339(*time) : std::string("never");
}

boost::json::object json_of(const projection::Coverage& coverage) {
  boost::json::array gaps;
  for (const auto& gap : coverage.gaps) gaps.push_back({{"from", gap.low}, {"to", gap.high}});
  boost::json::object out{{"minutes", coverage.minutes},       {"minutes_covered", coverage.minutes_covered},
                          {"events", coverage.events},         {"gaps", std::move(gaps)},
                          {"gaps_total", coverage.gaps_total}, {"missing", coverage.missing},
                          {"gaps_more", coverage.gaps_more}};
  if (coverage.first_heard) out["first_heard"] = base::format_rfc3339(*coverage.first_heard);
  if (coverage.last_heard) out["last_heard"] = base::format_rfc3339(*coverage.last_heard);
  if (coverage.skew_min_ms) out["skew_min_ms"] = *coverage.skew_min_ms;
  if (coverage.skew_max_ms) out["skew_max_ms"] = *coverage.skew_max_ms;
  return out;
}

std::string text_of(const std::string& tenant, const projection::Coverage& coverage) {
  std::string out = fmt::format("  {:<20} heard in {} of {} minutes, {} events", tenant,
                                coverage.minutes_covered, coverage.minutes, coverage.events);
  if (coverage.skew_min_ms)
    out += fmt::format(", arrived {} to {} ms after their own time", *coverage.skew_min_ms,
                       *coverage.skew_max_ms);
  out += "\n";
  if (coverage.missing == 0) return out;
  out += fmt::format("  {:<20} {}{} numbers of its own count are missing:", "",
                     coverage.gaps_more ? "more than " : "", coverage.missing);
  for (const auto& gap : coverage.gaps) out += fmt::format(" {}-{}", gap.low, gap.high);
  return out + (coverage.gaps_total > static_cast<std::int64_t>(coverage.gaps.size()) ? " …\n" : "\n");
}

/// Coverage of each tenant for which the source may send and has a log.
base::Result<void> add_coverage(const Config& config, const ingest::Source& source, base::Timestamp from,
                                base::Timestamp before, boost::json::object& data, std::string& text) {
  boost::json::object tenants;
  for (const auto& region : config.regions) {
    const auto files = config.region_files(region);
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
    auto index = projection::CoverageReader::open(files.index());
    if (!index) continue;
    TRY_ASSIGN(const auto logs, ledger.logs());
    for (const auto& log : logs) {
      const auto tenant = base::tenant_of(log.name);
      if (tenant.value() == base::kSystemTenant || !source.may_send_for(tenant)) continue;
      TRY_ASSIGN(const auto coverage,
                 index->read({log.number, source.name.value(), from, before, source.silent_after_s}));
      if (!coverage.last_heard && coverage.gaps_total == 0 && source.tenants.empty()) continue;
      tenants[tenant.value()] = json_of(coverage);
      text += text_of(tenant.value(), coverage);
    }
  }
  data["coverage"] = std::move(tenants);
  return {};
}

void add_book(const ingest::SourceBook::Page& page, boost::json::object& data, std::string& text) {
  boost::json::object events, refused, types;
  text += fmt::format("\nLast heard {}\n", optional_time(page.heard));
  for (const auto& [status, count] : page.events) {
    events[status] = count;
    text += fmt::format("  {:<20} {}\n", status, count);
  }
  if (!page.refused.empty()) text += "\nRefused, by reason\n";
  for (const auto& [reason, count] : page.refused) {
    refused[reason] = count;
    text += fmt::format("  {:<20} {}\n", reason, count);
  }
  if (!page.types.empty()) text += "\nTypes that are not stored\n";
  for (const auto& [name, type] : page.types) {
    types[name] = {{"count", type.count}, {"reason", type.why}, {"last", base::format_rfc3339(type.last)}};
    text +=
        fmt::format("  {:>8}  {}  {}\n", type.count, name, type.why.empty() ? "(unknown type)" : type.why);
  }
  if (page.heard) data["last_heard"] = base::format_rfc3339(*page.heard);
  data["events"] = std::move(events);
  data["refused"] = std::move(refused);
  data["types"] = std::move(types);
}

base::Result<int> show(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto name, base::parse_source(options.name));
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  const auto* source = registry.source_by_name(name);
  if (source == nullptr)
    return base::fail(base::Code::not_found, fmt::format("there is no source {}", name.value()));
  auto before = base::system_clock()();
  if (!options.to.empty()) {
    TRY_ASSIGN(before, base::parse_rfc3339(options.to));
  }
  auto from = base::Timestamp{before.micros - kDay_us};
  if (!options.from.empty()) {
    TRY_ASSIGN(from, base::parse_rfc3339(options.from));
  }
  boost::json::array certificates;
  std::string fingerprints;
  for (const auto& one : source->certificates) {
    certificates.emplace_back(base::to_hex(one.view()));
    fingerprints += fmt::format("certificate {}\n", base::to_hex(one.view()));
  }
  boost::json::object data{{"source", name.value()},
                           {"adapter", source->adapter},
                           {"scheme", source->proof_name()},
                           {"certificates", std::move(certificates)},
                           {"from", base::format_rfc3339(from)},
                           {"to", base::format_rfc3339(before)}};
  std::string text =
      fmt::format("{}  adapter {}, proof {}\n\nFrom {} to {}\n", name.value(), source->adapter,
                  source->proof_name(), base::format_rfc3339(from), base::format_rfc3339(before));
  text.insert(text.find('\n') + 1, fingerprints);
  TRY(add_coverage(config, *source, from, before, data, text));
  const auto pages = ingest::SourceBook::load(config.source_book());
  const auto page = pages.find(name.value());
  add_book(page == pages.end() ? ingest::SourceBook::Page{} : page->second, data, text);
  print(context, data, text);
  return 0;
}

}  // namespace

void add_source_show(CLI::App& source, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(source, "show", "Print what came of a source, and for how much of a period it was heard",
                  "countersign source show okta-prod --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z");
  command->add_option("name", options->name, "Source")->required();
  command->add_option("--from", options->from, "Begin of the period, RFC 3339 (a day before its end)");
  command->add_option("--to", options->to, "End of the period, RFC 3339 (now)");
  command->callback(
      [&context, options] { context.run = [&context, options] { return show(context, *options); }; });
}

}  // namespace countersign::apps
