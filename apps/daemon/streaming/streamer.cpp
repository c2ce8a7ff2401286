#include "apps/daemon/streaming/streamer.h"

#include "apps/system_events.h"
#include "ledger/base/thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::MetricType;
using senders::BatchOutcome;
using Kind = senders::BatchOutcome::Kind;

constexpr std::int64_t kIdleMs = 300, kSecondUs = 1'000'000;
constexpr std::int64_t kWaitMax_s = 60, kAskedMax_s = 3'600, kUnread_s = 10;
// Where so many single events are refused one after the other, it is not they that are wrong.
constexpr unsigned kRefusalsMost = 20;
constexpr std::int64_t kParkedMax = 10'000;
constexpr std::size_t kReasonBytesMax = 200;

base::Timestamp monotonic() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

bool is_about_streams(std::string_view type) { return type.starts_with("stream."); }

}  // namespace

Streamer::Streamer(Options options, base::Metrics& metrics)
    : options_(std::move(options)), pace_(options_.pace ? options_.pace : monotonic), metrics_(metrics) {
  for (const auto& [region, files] : options_.regions) {
    Part part{region, files, {}, {}, 0, 0, {}, {}, {}};
    part.limit = options_.settings.batch_events;
    parts_.push_back(std::move(part));
  }
  // They are there before there is anything to count.
  metric("sent_total", "Events that the destination has taken", MetricType::counter);
  metric("failed_total", "Batches that failed and are sent again", MetricType::counter);
  metric("refused_total", "Events that the destination refused for what they are", MetricType::counter);
  metric("retired_total", "Records that were retired before they were sent", MetricType::counter);
  metric("last_success", "When the destination last took something, in seconds since 1970",
         MetricType::gauge);
  show();
}

Streamer::~Streamer() { stop(); }

void Streamer::start() {
  thread_ = std::thread([this] { run(); });
}

void Streamer::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Streamer::run() {
  base::run_in_background("stream");
  while (!stopping_) {
    const auto wait_ms = turn();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return stopping_.load(); });
  }
}

base::Metric& Streamer::metric(std::string_view name, std::string_view help, MetricType type) const {
  return metrics_.get(fmt::format("countersign_stream_{}", name), help, type,
                      {{"stream", options_.settings.name}});
}

std::int64_t Streamer::turn() {
  bool more = false;
  // Another region begins each time, and one that cannot be read waits alone: it holds up no other.
  first_part_ += 1;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (stopping_ || pace_() < held_until_) break;
    auto& part = parts_[(first_part_ + i) % parts_.size()];
    if (pace_() < part.held_until) continue;
    more = work_safely(part) == Done::something || more;
  }
  show();
  return more && pace_() >= held_until_ ? 0 : kIdleMs;
}

Streamer::Done Streamer::work_safely(Part& part) {
  auto done = base::Result<Done>(Done::nothing);
  try {
    done = work(part);
  } catch (const std::exception& error) {
    // A library that throws must not end the daemon.
    done = base::fail(Code::internal, error.what());
  }
  if (done) {
    part.told.clear();
    return *done;
  }
  const auto& what = done.error().message;
  if (what != part.told) {
    options_.log(fmt::format("region {}: {}", part.region.value(), what));
    if (part.book) static_cast<void>(part.book->note_error(options_.settings.name, what, options_.clock()));
  }
  part.told = what;
  part.reader.reset();
  part.book.reset();
  part.held_until = {pace_().micros + kUnread_s * kSecondUs};
  return Done::not_now;
}

base::Result<Streamer::Done> Streamer::work(Part& part) {
  if (!part.book) {
    TRY_ASSIGN(part.book, StreamBook::open(part.files.folder));
    TRY_ASSIGN(const auto state, part.book->state(options_.settings.name));
    auto& last = metric("last_success", "", MetricType::gauge);
    if (state) last.set(std::max(last.value(), state->success_time.micros / kSecondUs));
  }
  if (!part.reader) {
    TRY_ASSIGN(part.reader, StreamReader::open(options_.settings, part.files.ledger()));
  }
  TRY_ASSIGN(const auto done, send_next(part));
  if (done == Done::not_now) return done;
  TRY_ASSIGN(const auto again, send_again(part));
  return again == Done::nothing ? done : again;
}

base::Result<Streamer::Done> Streamer::send_next(Part& part) {
  const auto& name = options_.settings.name;
  TRY_ASSIGN(const auto cursors, part.book->cursors(name));
  TRY_ASSIGN(auto batch, part.reader->next(cursors, part.limit));
  part.lag = batch.lag_records;
  part.oldest = batch.oldest;
  if (!batch.rolled_back.empty()) {
    TRY(begin_anew(part, batch.rolled_back));
    return Done::something;
  }
  if (batch.items.empty()) {
    if (batch.moves.empty()) return Done::nothing;
    TRY(settle(part, batch, {}));
    return Done::something;
  }
  const auto outcome = attempt(batch.items);
  switch (outcome.kind) {
    case Kind::stopped:
      return Done::not_now;
    case Kind::failed:
      return failed(part, outcome);
    case Kind::refused:
      return refused(part, batch, outcome.why);
    case Kind::taken:
      break;
  }
  TRY(settle(part, batch, outcome));
  part.lag -= std::min<std::uint64_t>(part.lag, batch.items.size());
  part.oldest.reset();
  part.limit = std::min(part.limit * 2, options_.settings.batch_events);
  part.reader->turn();
  return Done::something;
}

BatchOutcome Streamer::attempt(std::span<const senders::Item> items) {
  auto out = options_.send(items, [this] { return stopping_.load(); });
  // Who takes nothing of many does not refuse this and that: it is asked for one before all are parked.
  if (out.kind == Kind::taken && out.refused.size() == items.size() && items.size() > 1)
    out.kind = Kind::refused;
  return out;
}

Streamer::Done Streamer::failed(Part& part, const BatchOutcome& outcome) {
  metric("failed_total", "", MetricType::counter).add();
  failures_ += 1;
  hold(outcome.wait_s);
  if (outcome.why != told_) {
    // That it is not written down loses nothing.
    static_cast<void>(part.book->note_error(options_.settings.name, outcome.why, options_.clock()));
  }
  tell(outcome.why);
  return Done::not_now;
}

/// Twice as long each time, a fifth more or less, so that what failed together does not come again together.
void Streamer::hold(std::int64_t least_s) {
  const auto exponent = std::min(std::max(failures_, 1u) - 1, 6u);
  const auto seconds = std::min(std::int64_t{1} << exponent, kWaitMax_s);
  std::array<std::uint8_t, 1> random{};
  options_.entropy(random);
  const auto jittered = seconds * kSecondUs / 10 * 8 + seconds * kSecondUs / 10 * 4 * random[0] / 255;
  const auto asked = std::clamp<std::int64_t>(least_s, 0, kAskedMax_s) * kSecondUs;
  held_until_ = {pace_().micros + std::max(jittered, asked)};
}

/// Halves a batch until what is refused is a single event.
base::Result<Streamer::Done> Streamer::refused(Part& part, const StreamBatch& batch, const std::string& why) {
  if (batch.items.size() > 1) {
    part.limit = std::max<std::size_t>(batch.items.size() / 2, 1);
    return Done::something;
  }
  BatchOutcome outcome;
  outcome.why = why;
  outcome.refused = {0};
  TRY(settle(part, batch, outcome));
  part.reader->turn();
  return Done::something;
}

/// Writes down what came of a batch.
base::Result<void> Streamer::settle(Part& part, const StreamBatch& batch, const BatchOutcome& outcome) {
  const auto& name = options_.settings.name;
  const auto now = options_.clock();
  auto parked = batch.unreadable;
  for (auto& one : parked) one.time = now;
  for (const auto position : outcome.refused) {
    const auto& item = batch.items.at(position);
    parked.push_back({item.log, item.seq, outcome.why, now, false});
  }
  if (!parked.empty()) {
    TRY_ASSIGN(const auto before, part.book->parked_count(name));
    if (before + static_cast<std::int64_t>(parked.size()) > kParkedMax)
      return base::fail(
          Code::resource_exhausted,
          fmt::format("{} events were refused and are parked; nothing more is sent before they are "
                      "sent again or dropped: countersign stream retry {}",
                      before, name));
    for (const auto position : outcome.refused)
      TRY(tell_refused(part, batch.items.at(position), outcome.why));
  }
  const auto taken = batch.items.size() - outcome.refused.size();
  TRY(part.book->advance(name, batch.moves, parked, taken > 0 ? std::optional(now) : std::nullopt));
  metric("retired_total", "", MetricType::counter).add(static_cast<std::int64_t>(batch.retired));
  metric("refused_total", "", MetricType::counter).add(static_cast<std::int64_t>(parked.size()));
  metric("sent_total", "", MetricType::counter).add(static_cast<std::int64_t>(taken));
  if (taken > 0) {
    metric("last_success", "", MetricType::gauge).set(now.micros / kSecondUs);
    failures_ = refusals_ = 0;
    tell("");
  } else if (!outcome.refused.empty() && ++refusals_ > kRefusalsMost) {
    failures_ += 1;
    hold(0);
    tell(fmt::format("it refuses every event ({}); they are parked slowly until it takes one", outcome.why));
  }
  return {};
}

/// Of records about streams nothing is recorded: it would be refused in its turn.
base::Result<void> Streamer::tell_refused(const Part& part, const senders::Item& item,
                                          const std::string& why) {
  const auto& name = options_.settings.name;
  if (is_about_streams(item.type)) return {};
  auto event =
      system_event(fmt::format("stream.refused.{}.{}", name, item.id), "stream.refused", options_.clock());
  event["action"] = {{"name", "stream send"},
                     {"resource", name},
                     {"context", fmt::format("log={} seq={} type={}", item.log, item.seq, item.type)}};
  event["outcome"] = {{"reason", why.substr(0, kReasonBytesMax)}};
  return options_.record(part.files, event);
}

base::Result<void> Streamer::begin_anew(Part& part, const std::vector<std::string>& logs) {
  const auto& name = options_.settings.name;
  for (const auto& log : logs) {
    TRY(options_.record(
        part.files,
        system_event_now(
            "stream.rewound",
            {{"action",
              {{"name", "stream rewind"}, {"resource", name}, {"context", fmt::format("log={} seq=0", log)}}},
             {"outcome",
              {{"reason",
                "the log is not the one that was sent: an older copy "
                "was restored"}}}})));
    TRY(part.book->rewind(name, log, 0));
    options_.log(
        fmt::format("{} is not the log that was sent, an older copy was restored: it is sent from its "
                    "first record on",
                    log));
  }
  return {};
}

/// What was refused, and was ordered to be sent again.
base::Result<Streamer::Done> Streamer::send_again(Part& part) {
  const auto& name = options_.settings.name;
  TRY_ASSIGN(auto first, part.book->ordered(name));
  if (!first) return Done::nothing;
  TRY_ASSIGN(const auto item, part.reader->item(first->log, first->seq));
  if (!item) {
    TRY(part.book->unpark(name, *first));
    return Done::something;
  }
  const auto outcome = attempt({&*item, 1});
  if (outcome.kind == Kind::stopped) return Done::not_now;
  if (outcome.kind == Kind::failed) return failed(part, outcome);
  if (outcome.kind == Kind::taken && outcome.refused.empty()) {
    TRY(part.book->unpark(name, *first));
    metric("sent_total", "", MetricType::counter).add();
    return Done::something;
  }
  first->why = outcome.why;
  first->time = options_.clock();
  TRY(part.book->park_again(name, *first));
  return Done::something;
}

void Streamer::show() {
  std::uint64_t lag = 0;
  std::int64_t seconds = 0, parked = 0;
  for (auto& part : parts_) {
    lag += part.lag;
    if (part.oldest) seconds = std::max(seconds, (options_.clock().micros - part.oldest->micros) / kSecondUs);
    if (!part.book) continue;
    if (const auto count = part.book->parked_count(options_.settings.name)) parked += *count;
  }
  metric("lag_records", "Records that are not sent yet", MetricType::gauge)
      .set(static_cast<std::int64_t>(lag));
  metric("lag_seconds", "Since when the oldest record waits that is not sent yet", MetricType::gauge)
      .set(seconds);
  metric("parked", "Events that were refused and wait for an order", MetricType::gauge).set(parked);
}

/// Once a change; that it goes on when all is well again.
void Streamer::tell(const std::string& what) {
  if (what != told_ && options_.log) options_.log(what.empty() ? "goes on" : what);
  told_ = what;
}

}  // namespace countersign::apps
