#include "apps/daemon/streaming/streaming.h"

#include "apps/daemon/logging.h"
#include "apps/system_events.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>

namespace countersign::apps {
namespace {

constexpr std::size_t kContextBytesMax = 1'000;

bool sends_from(const StreamSettings& settings, const base::RegionId& region) {
  return std::ranges::find(settings.regions, region) != settings.regions.end();
}

/// Of everything that the settings say of a stream, so that a change that the text does not show is recorded,
/// too. What they name by a file or a credential is not in it.
std::string digest_of(const Config& config, const StreamSettings& settings) {
  const auto at = std::ranges::find(config.streams, settings.name, &StreamSettings::name);
  const auto prefix = fmt::format("stream[{}].", at - config.streams.begin());
  std::string all;
  for (const auto& [member, value] : config.members)
    if (member.starts_with(prefix))
      all += fmt::format("{}={}:{}\n", member.substr(prefix.size()), value.size(), value);
  return base::to_hex(crypto::sha256(all).view());
}

/// What the system log is told of a stream: what goes where.
std::string told_of(const Config& config, const StreamSettings& settings) {
  const auto settings_are = fmt::format(" settings={}", digest_of(config, settings));
  auto out =
      fmt::format("destination={} leaves_region={} where={} with_record={} what={}", settings.destination,
                  settings.leaves_region, settings.text(), settings.with_record, settings.scope());
  if (out.size() + settings_are.size() > kContextBytesMax) {
    constexpr std::string_view kCut = "...";
    out.resize(kContextBytesMax - settings_are.size() - kCut.size());
    out += kCut;
  }
  return out + settings_are;
}

/// The start of the id of what tells that a stream began; behind it is chance.
std::string started_id(std::string_view name) { return fmt::format("stream.started/{}/", name); }

base::Result<void> tell_started(const store::RegionFiles& files, std::string_view name,
                                const std::string& context) {
  auto event = system_event_now(
      "stream.started", {{"action", {{"name", "stream start"}, {"resource", name}, {"context", context}}}});
  event["id"] = started_id(name) + std::string(event.at("id").as_string());
  return leave_in_outbox(files, event);
}

base::Result<void> tell_ended(const store::RegionFiles& files, std::string_view name) {
  return leave_in_outbox(
      files, system_event_now("stream.ended", {{"action", {{"name", "stream end"}, {"resource", name}}}}));
}

base::Result<void> forget_others(const Config& config, const base::RegionId& region, StreamBook& book) {
  TRY_ASSIGN(const auto names, book.names());
  for (const auto& name : names) {
    const bool goes_on = std::ranges::any_of(
        config.streams, [&](const auto& one) { return one.name == name && sends_from(one, region); });
    if (goes_on) continue;
    TRY(tell_ended(config.region_files(region), name));
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
  now.told = told_of(config, settings);
  if (before && before->scope == now.scope && before->told == now.told) return {};
  std::vector<StreamMove> fresh;
  if (!before || before->scope != now.scope) {
    TRY_ASSIGN(auto reader, StreamReader::open(settings, files.ledger()));
    TRY_ASSIGN(fresh, reader.beginnings());
  }
  TRY(tell_started(files, settings.name, now.told));
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

void Streaming::send() {
  for (const auto& streamer : streamers_) streamer->start();
}

void Streaming::stop() {
  for (const auto& streamer : streamers_) streamer->ask_to_stop();
  streamers_.clear();
}

base::Result<std::unique_ptr<Streaming>> Streaming::start(const Config& config, base::Metrics& metrics) {
  auto out = std::unique_ptr<Streaming>(new Streaming);
  for (const auto& settings : config.streams) {
    Streamer::Options options;
    TRY_ASSIGN(options.send, make_sender(settings));
    options.settings = settings;
    for (const auto& region : settings.regions)
      options.regions.emplace_back(region, config.region_files(region));
    const auto say = [name = settings.name](spdlog::level::level_enum level, std::string_view event,
                                            const std::string& what) {
      log_event(level, event, fmt::format("stream {}: {}", name, what), LogFields().text("stream", name));
    };
    options.log = [say](const std::string& what) { say(spdlog::level::warn, "stream.state", what); };
    options.alarm = [say](const std::string& what) { say(spdlog::level::critical, "stream.altered", what); };
    options.is_recorded = [name = settings.name](const store::RegionFiles& files) {
      return !may_be_in_outbox(files, started_id(name));
    };
    options.record = [](const store::RegionFiles& files, const boost::json::object& event) {
      return leave_in_outbox(files, event);
    };
    out->streamers_.push_back(std::make_unique<Streamer>(std::move(options), metrics));
  }
  for (const auto& region : config.regions) TRY(prepare(config, region));
  return out;
}

}  // namespace countersign::apps
