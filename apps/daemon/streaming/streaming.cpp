#include "apps/daemon/streaming/streaming.h"

#include "apps/system_events.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace countersign::apps {
namespace {

constexpr std::size_t kContextBytesMax = 1'000;

bool sends_from(const StreamSettings& settings, const base::RegionId& region) {
  return std::ranges::find(settings.regions, region) != settings.regions.end();
}

/// What the system log is told of a stream: what goes where.
std::string told_of(const StreamSettings& settings) {
  auto out =
      fmt::format("destination={} leaves_region={} where={} with_record={} what={}", settings.destination,
                  settings.leaves_region, settings.text(), settings.with_record, settings.scope());
  return out.substr(0, kContextBytesMax);
}

base::Result<void> tell(const store::RegionFiles& files, std::string_view type, std::string_view name,
                        const std::string& context) {
  const bool begins = type == "stream.started";
  boost::json::object action{{"name", begins ? "stream start" : "stream end"}, {"resource", name}};
  if (!context.empty()) action["context"] = context;
  return leave_in_outbox(files, system_event_now(type, {{"action", action}}));
}

base::Result<void> forget_others(const Config& config, const base::RegionId& region, StreamBook& book) {
  TRY_ASSIGN(const auto names, book.names());
  for (const auto& name : names) {
    const bool goes_on = std::ranges::any_of(
        config.streams, [&](const auto& one) { return one.name == name && sends_from(one, region); });
    if (goes_on) continue;
    TRY(tell(config.region_files(region), "stream.ended", name, {}));
    TRY(book.forget(name));
  }
  return {};
}

/// Begins a stream in a region, or goes on with it. It is recorded before anything goes out.
base::Result<void> begin(const Config& config, const StreamSettings& settings, const base::RegionId& region,
                         StreamBook& book) {
  const auto files = config.region_files(region);
  TRY_ASSIGN(const auto before, book.state(settings.name));
  StreamState now;
  now.scope = settings.scope();
  now.told = told_of(settings);
  if (before && before->scope == now.scope && before->told == now.told) return {};
  std::vector<StreamMove> fresh;
  if (!before || before->scope != now.scope) {
    TRY_ASSIGN(auto reader, StreamReader::open(settings, files.ledger()));
    TRY_ASSIGN(fresh, reader.beginnings());
  }
  TRY(tell(files, "stream.started", settings.name, now.told));
  return book.begin(settings.name, now, fresh);
}

base::Result<void> prepare(const Config& config, const base::RegionId& region) {
  const auto folder = config.region_files(region).folder;
  const bool any =
      std::ranges::any_of(config.streams, [&](const auto& one) { return sends_from(one, region); });
  if (!any && !std::filesystem::exists(StreamBook::file_of(folder))) return {};
  TRY_ASSIGN(auto book, StreamBook::open(folder));
  TRY(forget_others(config, region, book));
  for (const auto& settings : config.streams)
    if (sends_from(settings, region)) TRY(begin(config, settings, region, book));
  return {};
}

}  // namespace

Streaming::~Streaming() { stop(); }

void Streaming::stop() { streamers_.clear(); }

base::Result<std::unique_ptr<Streaming>> Streaming::start(const Config& config, base::Metrics& metrics) {
  auto out = std::unique_ptr<Streaming>(new Streaming);
  for (const auto& settings : config.streams) {
    Streamer::Options options;
    TRY_ASSIGN(options.send, make_sender(settings));
    options.settings = settings;
    for (const auto& region : settings.regions)
      options.regions.emplace_back(region, config.region_files(region));
    options.log = [name = settings.name](const std::string& what) {
      spdlog::warn("stream {}: {}", name, what);
    };
    options.record = [](const store::RegionFiles& files, const boost::json::object& event) {
      return leave_in_outbox(files, event);
    };
    out->streamers_.push_back(std::make_unique<Streamer>(std::move(options), metrics));
  }
  for (const auto& region : config.regions) TRY(prepare(config, region));
  for (const auto& streamer : out->streamers_) streamer->start();
  return out;
}

}  // namespace countersign::apps
