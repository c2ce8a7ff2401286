#include "apps/residency.h"

#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"

#include <fmt/format.h>

#include <array>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant, from, to;
};

/// What the report cannot know, told with each.
constexpr std::array<std::string_view, 5> kNotKnown{
    "What other appliances hold of the tenant: ask each of them for its own report.",
    "What became of a bundle after it was written, and of any copy of the files that was made outside of "
    "this "
    "appliance.",
    "Where a source had an event before it came here, and where else it sent it.",
    "What became of an event once a stream's destination had it, and whether that lies where the settings "
    "say.",
    "Exports of before destinations were recorded: they are listed without one."};

boost::json::value time_or_null(const std::optional<base::Timestamp>& time) {
  if (!time) return nullptr;
  return boost::json::string(base::format_rfc3339(*time));
}

bool crossed(const RegionHolding& holding, const verify::SystemRecord& one) {
  return one.destination && *one.destination != holding.region;
}

boost::json::array pins_of(const ResidencyReport& report, std::string& text) {
  boost::json::array out;
  text += fmt::format("{:<20} {:<27} {:<27} {}\n", "PINNED TO", "FROM", "UNTIL", "WHY, BY WHOM");
  for (const auto& pin : report.pins) {
    out.push_back({{"region", pin.region.value()},
                   {"from", base::format_rfc3339(pin.from)},
                   {"until", time_or_null(pin.until)},
                   {"reason", pin.reason},
                   {"by", pin.by}});
    text += fmt::format("{:<20} {:<27} {:<27} {}\n", pin.region.value(), base::format_rfc3339(pin.from),
                        pin.until ? base::format_rfc3339(*pin.until) : "now",
                        pin.reason.empty() ? "added" : pin.reason + ", " + pin.by);
  }
  if (report.pins.empty()) text += "The tenant was not registered yet in the period.\n";
  return out;
}

boost::json::array exports_of(const RegionHolding& holding, std::string& text) {
  boost::json::array out;
  for (const auto& one : holding.exports) {
    const bool border = crossed(holding, one);
    boost::json::object entry{{"recorded", base::format_rfc3339(one.received)},
                              {"seq", one.seq},
                              {"destination", nullptr},
                              {"crossed_border", nullptr}};
    if (one.destination) {
      entry["destination"] = one.destination->value();
      entry["crossed_border"] = border;
    }
    out.push_back(std::move(entry));
    text += fmt::format("  exported {} to {}{}\n", base::format_rfc3339(one.received),
                        one.destination ? one.destination->value() : "a place that was not recorded",
                        border ? ": crossed a border" : "");
  }
  return out;
}

/// Where streams take records to: over the period, as was recorded, and by the settings of now.
void add_streams(const RegionHolding& holding, std::string& text, boost::json::object& out) {
  const auto border = [&](const std::string& destination) { return destination != holding.region.value(); };
  const auto crosses = [&](const std::string& destination) {
    return border(destination) ? ": crosses a border" : "";
  };
  boost::json::array recorded, configured;
  for (const auto& one : holding.streams) {
    recorded.push_back({{"name", one.name},
                        {"destination", one.destination},
                        {"crosses_border", border(one.destination)},
                        {"from", base::format_rfc3339(one.from)},
                        {"until", time_or_null(one.until)}});
    text += fmt::format("  stream {} to {}, {} to {}{}\n", one.name, one.destination,
                        base::format_rfc3339(one.from), one.until ? base::format_rfc3339(*one.until) : "now",
                        crosses(one.destination));
  }
  for (const auto& one : holding.configured) {
    configured.push_back({{"name", one.name},
                          {"destination", one.destination},
                          {"crosses_border", border(one.destination)},
                          {"where", one.where}});
    text += fmt::format("  configured now: stream {} to {}, {}{}\n", one.name, one.destination, one.where,
                        crosses(one.destination));
  }
  out["streams"] = std::move(recorded);
  out["streams_configured"] = std::move(configured);
}

boost::json::array regions_of(const ResidencyReport& report, std::string& text) {
  boost::json::array out;
  for (const auto& holding : report.regions) {
    const auto& system = holding.file_system;
    text += fmt::format("\nRegion {}: {} records of the period", holding.region.value(), holding.records);
    if (holding.first_received)
      text += fmt::format(", received {} to {}", base::format_rfc3339(*holding.first_received),
                          base::format_rfc3339(*holding.last_received));
    text += fmt::format("\n  personal values that they refer to: {} in the vault, {} erased\n",
                        holding.values_present, holding.values_erased);
    text +=
        fmt::format("  {} on device {}, file system {} {}, mounted at {}\n", holding.directory, system.device,
                    system.type, system.id, system.mount_point.empty() ? "?" : system.mount_point);
    auto exports = exports_of(holding, text);
    boost::json::array moves;
    for (const auto& time : holding.moves) moves.push_back(boost::json::string(base::format_rfc3339(time)));
    out.push_back({{"region", holding.region.value()},
                   {"directory", holding.directory},
                   {"file_system",
                    {{"device", system.device},
                     {"id", system.id},
                     {"type", system.type},
                     {"mount_point", system.mount_point}}},
                   {"records", holding.records},
                   {"first_received", time_or_null(holding.first_received)},
                   {"last_received", time_or_null(holding.last_received)},
                   {"values", {{"present", holding.values_present}, {"erased", holding.values_erased}}},
                   {"moves_recorded", std::move(moves)},
                   {"exports", std::move(exports)}});
    add_streams(holding, text, out.back().get_object());
  }
  return out;
}

base::Result<int> residency(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_tenant(options.tenant));
  jsonl::Period period;
  TRY_ASSIGN(period.from, base::parse_rfc3339(options.from));
  TRY_ASSIGN(period.to, base::parse_rfc3339(options.to));
  if (period.to <= period.from)
    return base::fail(base::Code::invalid_argument, "the period ends before it begins");
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  Progress bar("counting");
  TRY_ASSIGN(const auto report,
             residency_report(config, registry, tenant, period,
                              [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); }));
  bar.clear();
  std::string text = fmt::format("Residency of {}, {} to {}\n\n", options.tenant,
                                 base::format_rfc3339(period.from), base::format_rfc3339(period.to));
  auto pins = pins_of(report, text);
  auto regions = regions_of(report, text);
  std::uint64_t records = 0;
  for (const auto& holding : report.regions) records += holding.records;
  boost::json::array not_known;
  text +=
      fmt::format("\nAll regions of this appliance: {} records of the period.\nNot known here:\n", records);
  for (const auto sentence : kNotKnown) {
    not_known.push_back(boost::json::string(sentence.data(), sentence.size()));
    text += fmt::format("  {}\n", sentence);
  }
  print(context,
        boost::json::object{{"tenant", options.tenant},
                            {"from", base::format_rfc3339(period.from)},
                            {"to", base::format_rfc3339(period.to)},
                            {"records", records},
                            {"pins", std::move(pins)},
                            {"regions", std::move(regions)},
                            {"not_known", std::move(not_known)}},
        text);
  return 0;
}

}  // namespace

void add_residency(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      app, "residency", "Report where a tenant's records and personal values were kept over a period",
      "countersign residency --tenant acme --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z");
  command->add_option("--tenant", options->tenant, "Tenant")->required();
  command->add_option("--from", options->from, "First moment of the period, by time of receipt, RFC 3339")
      ->required();
  command->add_option("--to", options->to, "First moment after the period")->required();
  command->callback(
      [&context, options] { context.run = [&context, options] { return residency(context, *options); }; });
}

}  // namespace countersign::apps
