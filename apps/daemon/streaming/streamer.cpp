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

constexpr std::int64_t kIdleMs = 300, kSecondUs = 1'000'000;
constexpr std::int64_t kWaitMax_s = 60, kAskedMax_s = 3'600, kUnread_s = 10;
constexpr std::int64_t kParkedMax = 10'000;

base::Timestamp monotonic() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace

Streamer::Streamer(Options options, base::Metrics& metrics)
    : options_(std::move(options)), pace_(options_.pace ? options_.pace : monotonic), metrics_(metrics) {
  for (const auto& [region, files] : options_.regions)
    parts_.push_back({region, files, BatchSize(options_.settings.batch_events)});
  // They are there before there is anything to count.
  metric("sent_total", "Events that the destination has taken", MetricType::counter);
  metric("failed_total", "Batches that failed and are sent again", MetricType::counter);
  metric("refused_total", "Events that the destination refused for what they are", MetricType::counter);
  metric("retired_total", "Records that were retired before they were sent", MetricType::counter);
  metric("faults_total", "Times that records could not be read, or positions not written down",
         MetricType::counter);
  metric("last_success", "When the destination last took something, in seconds since 1970",
         MetricType::gauge);
  show();
}

Streamer::~Streamer() { stop(); }

void Streamer::start() {
  thread_ = std::thread([this] { run(); });
}

void Streamer::ask_to_stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
}

void Streamer::stop() {
  ask_to_stop();
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
  // What waits is counted while the stream waits, too.
  if (!more || pace_().micros >= measured_.micros + kSecondUs) {
    for (auto& part : parts_) measure(part);
    measured_ = pace_();
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
  metric("faults_total", "", MetricType::counter).add();
  const auto& what = done.error().message;
  if (what != part.told) {
    options_.log(fmt::format("region {}: {}", part.region.value(), what));
    if (part.book) note(part, what);
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
  TRY_ASSIGN(const bool may, may_send(part));
  if (!part.recorded) return Done::nothing;
  auto done = Done::nothing;
  if (may) {
    TRY_ASSIGN(done, send_next(part));
  }
  if (done == Done::not_now) return done;
  TRY_ASSIGN(const auto again, send_again(part));
  return again == Done::nothing ? done : again;
}

/// Writes down what could not be before, and sees whether more may go out.
base::Result<bool> Streamer::may_send(Part& part) {
  const auto& name = options_.settings.name;
  if (!part.recorded) part.recorded = !options_.is_recorded || options_.is_recorded(part.files);
  if (!part.recorded) {
    stand(part, "nothing is sent before the system log has that the stream began");
    return false;
  }
  if (part.sent) TRY(write_down(part));
  TRY_ASSIGN(part.parked, part.book->parked_count(name));
  if (part.parked < kParkedMax) {
    stand(part, {});
    return true;
  }
  stand(part, fmt::format("{} events were refused and are parked; nothing more is sent before they are sent "
                          "again or dropped: countersign stream retry {}",
                          part.parked, name));
  return false;
}

void Streamer::stand(Part& part, const std::string& why) {
  if (part.stands == why) return;
  if (part.stands.empty() || why.empty()) {
    options_.log(why.empty() ? fmt::format("region {}: goes on", part.region.value())
                             : fmt::format("region {}: {}", part.region.value(), why));
  }
  part.stands = why;
  note(part, why);
}

void Streamer::note(Part& part, const std::string& why) {
  // That it is not written down loses nothing.
  static_cast<void>(part.book->note_error(options_.settings.name, why, options_.clock()));
}

/// A log that was not looked at, because others filled the batch, is what it was.
void Streamer::note_faults(Part& part, const StreamBatch& batch) {
  for (const auto& log : batch.sound) part.faults.erase(log);
  for (const auto& one : batch.faults) {
    auto& known = part.faults[one.log];
    if (known == one.what) continue;
    known = one.what;
    if (options_.alarm) options_.alarm(one.what);
    note(part, one.what);
  }
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

/// What cannot be counted now stays as it was.
void Streamer::measure(Part& part) {
  if (!part.book || !part.reader) return;
  try {
    const auto cursors = part.book->cursors(options_.settings.name);
    if (!cursors) return;
    if (auto backlog = part.reader->backlog(*cursors)) part.backlog = *backlog;
    if (const auto count = part.book->parked_count(options_.settings.name)) part.parked = *count;
  } catch (const std::exception&) {
    // A library that throws must not end the daemon.
  }
}

void Streamer::show() {
  std::uint64_t lag = 0;
  std::int64_t seconds = 0, parked = 0;
  std::size_t stopped = 0;
  for (const auto& part : parts_) {
    lag += part.backlog.records;
    if (const auto& oldest = part.backlog.oldest)
      seconds = std::max(seconds, (options_.clock().micros - oldest->micros) / kSecondUs);
    parked += part.parked;
    stopped += part.faults.size();
  }
  metric("lag_records", "Records that are not sent yet", MetricType::gauge)
      .set(static_cast<std::int64_t>(lag));
  metric("lag_seconds", "Since when the oldest record waits that is not sent yet", MetricType::gauge)
      .set(seconds);
  metric("parked", "Events that were refused and wait for an order", MetricType::gauge).set(parked);
  metric("stopped_logs", "Logs that go no further, because their records are not what was signed",
         MetricType::gauge)
      .set(static_cast<std::int64_t>(stopped));
}

/// Once a change; that it goes on when all is well again.
void Streamer::tell(const std::string& what) {
  if (what != told_ && options_.log) options_.log(what.empty() ? "goes on" : what);
  told_ = what;
}

}  // namespace countersign::apps
