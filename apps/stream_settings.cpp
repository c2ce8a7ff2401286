#include "apps/stream_settings.h"

#include "apps/config_table.h"
#include "ledger/record/event_schema.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using What = StreamSettings::What;

constexpr std::size_t kStreamsMax = 16, kTypesMax = 64;
constexpr std::int64_t kBatchEventsMax = 5'000, kBatchBytesMin = 128 << 10, kBatchBytesMax = 16 << 20;

template <class T, std::size_t kCount>
base::Result<T> one_of(const std::string& member, const std::string& text,
                       const std::array<std::pair<std::string_view, T>, kCount>& words) {
  const auto found = std::ranges::find(words, text, &std::pair<std::string_view, T>::first);
  if (found != words.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& word : words) names.push_back(fmt::format("\"{}\"", word.first));
  return refuse_setting(member, fmt::format("must be {}", fmt::join(names, " or ")));
}

bool is_known_type(std::string_view text) {
  const auto known = [&](const auto& types) {
    return std::ranges::any_of(types, [&](std::string_view type) {
      return text.ends_with(".*") ? type.starts_with(text.substr(0, text.size() - 1)) : type == text;
    });
  };
  return known(record::event_types()) || known(record::system_types());
}

/// From where to where: what leaves a region does so because somebody said it.
base::Result<void> read_place(Table& table, const std::vector<base::RegionId>& kept, StreamSettings& out) {
  std::vector<std::string> regions;
  table.texts("regions", regions);
  table.text("destination", out.destination);
  table.flag("leaves_region", out.leaves_region);
  for (const auto& name : regions) {
    const base::RegionId region(name);
    if (std::ranges::find(kept, region) == kept.end())
      return refuse_setting("stream.regions", "names a region that is not kept here");
    if (std::ranges::find(out.regions, region) != out.regions.end())
      return refuse_setting("stream.regions", "names a region twice");
    out.regions.push_back(region);
  }
  if (regions.empty()) {
    if (kept.size() != 1)
      return refuse_setting("stream.regions", "must say whose records go out: several regions are kept here");
    out.regions = kept;
  }
  if (out.destination.empty()) {
    if (out.regions.size() != 1)
      return refuse_setting("stream.destination", "must say in which region or country the destination lies");
    out.destination = out.regions.front().value();
  }
  if (!base::parse_region(out.destination))
    return refuse_setting("stream.destination",
                          "must be the name of a region or country, such as eu-1 or de");
  const bool leaves =
      std::ranges::any_of(out.regions, [&](const auto& one) { return one.value() != out.destination; });
  if (leaves && !out.leaves_region)
    return refuse_setting(
        "stream.destination",
        "is none of the regions whose records go out: they would leave it. If that is meant, "
        "say leaves_region = true");
  if (!leaves && out.leaves_region)
    return refuse_setting("stream.leaves_region", "is true, but the destination lies in the region");
  return {};
}

base::Result<void> read_choice(Table& table, StreamSettings& out) {
  constexpr std::array<std::pair<std::string_view, What>, 3> kWhat = {
      {{"records", What::records}, {"findings", What::findings}, {"both", What::both}}};
  constexpr std::array<std::pair<std::string_view, StreamFormat>, 3> kFormats = {
      {{"ocsf", StreamFormat::ocsf}, {"ecs", StreamFormat::ecs}, {"cef", StreamFormat::cef}}};
  constexpr std::array<std::pair<std::string_view, bool>, 2> kStarts = {
      {{"now", false}, {"beginning", true}}};
  std::string what = "both", format = "ocsf", start = "now";
  table.text("name", out.name);
  table.text("what", what);
  table.texts("tenants", out.tenants);
  table.texts("types", out.types);
  table.text("format", format);
  table.flag("with_record", out.with_record);
  table.text("start", start);
  table.number("batch_events", 1, kBatchEventsMax, out.batch_events);
  table.number("batch_bytes", kBatchBytesMin, kBatchBytesMax, out.batch_bytes);
  if (!is_setting_name(out.name))
    return refuse_setting("stream.name", "must be of small letters, digits and '-', at most 32 of them");
  TRY_ASSIGN(out.what, one_of("stream.what", what, kWhat));
  TRY_ASSIGN(out.format, one_of("stream.format", format, kFormats));
  TRY_ASSIGN(out.from_beginning, one_of("stream.start", start, kStarts));
  for (const auto& tenant : out.tenants)
    if (auto good = base::parse_log_owner(tenant); !good) return fail("stream.tenants", good.error());
  if (out.types.size() > kTypesMax)
    return refuse_setting("stream.types", fmt::format("may hold {} types at most", kTypesMax));
  if (!std::ranges::all_of(out.types, is_known_type))
    return refuse_setting("stream.types",
                          "must hold types of events, such as \"login.failed\" or \"challenge.*\"");
  if (out.with_record && out.format == StreamFormat::cef)
    return refuse_setting("stream.with_record", "goes with ocsf and ecs: no field of CEF is long enough");
  return {};
}

base::Result<StreamSettings> read_one(Table& table, const std::filesystem::path& folder,
                                      const std::vector<base::RegionId>& kept) {
  StreamSettings out;
  TRY(read_choice(table, out));
  TRY(read_place(table, kept, out));
  TRY_ASSIGN(out.how, read_transport(table, folder, out.format != StreamFormat::cef));
  return out;
}

std::string_view to_string(StreamFormat format) {
  constexpr std::array<std::string_view, 3> kNames = {"ocsf", "ecs", "cef"};
  return kNames.at(static_cast<std::size_t>(format));
}

std::string_view to_string(What what) {
  constexpr std::array<std::string_view, 3> kNames = {"records", "findings", "both"};
  return kNames.at(static_cast<std::size_t>(what));
}

}  // namespace

bool StreamSettings::takes_records_of(std::string_view tenant) const {
  if (what == What::findings) return false;
  return tenants.empty() || std::ranges::find(tenants, tenant) != tenants.end();
}

bool StreamSettings::takes_findings_of(std::string_view tenant) const {
  if (what == What::records) return false;
  return tenants.empty() || std::ranges::find(tenants, tenant) != tenants.end();
}

bool StreamSettings::takes_type(std::string_view type) const {
  return types.empty() || std::ranges::any_of(types, [&](std::string_view one) {
           return one.ends_with('*') ? type.starts_with(one.substr(0, one.size() - 1)) : type == one;
         });
}

bool StreamSettings::looks_into(std::string_view tenant) const {
  return takes_records_of(tenant) || (tenant == base::kSystemTenant && what != What::records);
}

std::string StreamSettings::text() const { return place_of(how); }

std::string StreamSettings::scope() const {
  return fmt::format("{} of {} types {}", to_string(what),
                     tenants.empty() ? std::string("all") : fmt::format("{}", fmt::join(tenants, ",")),
                     types.empty() ? std::string("all") : fmt::format("{}", fmt::join(types, ",")));
}

base::Result<std::vector<StreamSettings>> read_streams(Table& top, const std::filesystem::path& folder,
                                                       const std::vector<base::RegionId>& kept) {
  std::vector<StreamSettings> out;
  std::set<std::string> names;
  for (auto& table : top.tables("stream")) {
    TRY_ASSIGN(auto read, read_one(table, folder, kept));
    if (!names.insert(read.name).second)
      return refuse_setting("stream.name", "must not be that of another: " + read.name);
    out.push_back(std::move(read));
  }
  if (out.size() > kStreamsMax)
    return refuse_setting("[[stream]]", fmt::format("may stand {} times at most", kStreamsMax));
  return out;
}

base::Result<senders::SendBatch> make_sender(const StreamSettings& settings) {
  auto out = make_sender(settings.how, fmt::format("countersign:{}", to_string(settings.format)));
  if (!out) return fail(fmt::format("[[stream]] {}", settings.name), out.error());
  return out;
}

std::string to_text(const StreamSettings& settings, const siem::Entry& entry) {
  const siem::Options options{COUNTERSIGN_VERSION, settings.with_record};
  switch (settings.format) {
    case StreamFormat::ocsf:
      return siem::ocsf(entry, options);
    case StreamFormat::ecs:
      return siem::ecs(entry, options);
    case StreamFormat::cef:
      break;
  }
  return siem::cef(entry, options);
}

}  // namespace countersign::apps
