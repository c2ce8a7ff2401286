#include "apps/daemon/tlog/mirroring.h"

#include "ledger/mirror/follow.h"
#include "web/tlog/remote_log.h"

#include <spdlog/spdlog.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace countersign::apps {

using base::Code;
using tlog::MirrorStanding;
using State = MirrorStanding::State;

namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kPauseMost_s = 300;

}  // namespace

/// One mirror and its thread.
class Mirroring::Worker {
 public:
  Worker(const MirrorSettings& settings, std::filesystem::path folder, mirror::Follower follower,
         mirror::Fetch fetch, std::shared_ptr<std::atomic<bool>> stopping, base::Metrics& metrics,
         Alarms& alarms)
      : name_(settings.name),
        every_s_(settings.every_s),
        folder_(std::move(folder)),
        follower_(std::move(follower)),
        fetch_(std::move(fetch)),
        stopping_(std::move(stopping)),
        metrics_(metrics),
        alarms_(alarms) {
    standing_.name = name_;
    standing_.origin = settings.origin();
    if (const auto& held = follower_.held()) standing_.size = held->size;
    standing_.missing = follower_.missing();
    missing_gauge().set(static_cast<std::int64_t>(standing_.missing));
    gauge("countersign_mirror_records", "Records that a mirror holds under a signed checkpoint")
        .set(static_cast<std::int64_t>(standing_.size));
    gauge("countersign_mirror_contradicted", "Whether what a log shows contradicts its mirror").set(0);
    level_gauge().set(0);
    thread_ = std::thread([this] { run(); });
  }
  ~Worker() { stop(); }

  void begin_stop() {
    const std::lock_guard lock(mutex_);
    *stopping_ = true;
    changed_.notify_all();
  }
  void stop() {
    begin_stop();
    if (thread_.joinable()) thread_.join();
  }

  const std::string& name() const { return name_; }
  const std::filesystem::path& folder() const { return folder_; }
  MirrorStanding standing() const {
    const std::lock_guard lock(mutex_);
    return standing_;
  }

 private:
  base::Metric& gauge(std::string_view name, std::string_view help) {
    return metrics_.get(name, help, base::MetricType::gauge, {{"mirror", name_}});
  }
  base::Metric& level_gauge() {
    return gauge("countersign_mirror_level", "Whether the last look at a log that is mirrored went well");
  }
  base::Metric& missing_gauge() {
    return gauge(
        "countersign_mirror_missing_records",
        "Records of a log that its mirror lacks, because they were never served: retired, as it is said");
  }
  void count(const char* result) {
    metrics_
        .get("countersign_mirror_looks_total", "Looks at a log that is mirrored, by what came of them",
             base::MetricType::counter, {{"mirror", name_}, {"result", result}})
        .add();
  }

  /// False when the thread is to end.
  bool pause(std::int64_t seconds) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(seconds), [this] { return stopping_->load(); });
    return !*stopping_;
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "mirror");
    std::int64_t wait_s = every_s_;
    do {
      const bool answered = look();
      wait_s = answered ? every_s_ : std::clamp(wait_s * 2, every_s_, std::max(every_s_, kPauseMost_s));
    } while (pause(wait_s));
  }

  /// Whether the log was there to be looked at.
  bool look() try {
    const auto done = follower_.look(fetch_, [this] { return stopping_->load(); });
    if (!done) {
      if (!*stopping_) failed(done.error());
      return false;
    }
    if (done->contradiction) {
      contradicted(*done->contradiction);
    } else {
      level(*done);
    }
    return true;
  } catch (const std::exception& error) {
    // Where memory is short, a mirror waits; the ledger goes on.
    failed({Code::unavailable, error.what()});
    return false;
  }

  void failed(const base::Error& error) {
    count(error.code == Code::data_loss ? "unverified" : "failed");
    level_gauge().set(0);
    const std::lock_guard lock(mutex_);
    if (standing_.state != State::failing || standing_.problem != error.message)
      spdlog::error("the mirror {} was not brought level: {}", name_, error.message);
    standing_.state = State::failing;
    standing_.problem = error.message;
  }

  void contradicted(const alarm::Alarm& alarm) {
    count("contradicted");
    level_gauge().set(0);
    gauge("countersign_mirror_contradicted", "Whether what a log shows contradicts its mirror").set(1);
    alarms_.raise(alarm);
    const std::lock_guard lock(mutex_);
    standing_.state = State::contradicted;
    standing_.problem = alarm.what;
  }

  void level(const mirror::Followed& done) {
    count(done.records > 0 ? "grown" : "unchanged");
    const auto now = base::system_clock()();
    gauge("countersign_mirror_records", "Records that a mirror holds under a signed checkpoint")
        .set(static_cast<std::int64_t>(done.size));
    gauge("countersign_mirror_contradicted", "Whether what a log shows contradicts its mirror").set(0);
    level_gauge().set(1);
    missing_gauge().set(static_cast<std::int64_t>(done.missing));
    const std::lock_guard lock(mutex_);
    if (!standing_.problem.empty()) spdlog::info("the mirror {} goes on, at {} records", name_, done.size);
    if (done.missing > standing_.missing)
      spdlog::warn(
          "the mirror {} lacks {} records, {} of them new: the log does not serve them, as if they were "
          "retired; they are asked for again",
          name_, done.missing, done.missing - standing_.missing);
    if (done.missing < standing_.missing)
      spdlog::info("the mirror {} has got {} records that it lacked; {} are missing still", name_,
                   standing_.missing - done.missing, done.missing);
    standing_.state = State::level;
    standing_.problem.clear();
    standing_.size = done.size;
    standing_.missing = done.missing;
    standing_.looked = now;
    if (done.time) standing_.signed_at = base::Timestamp{*done.time * kMicros};
  }

  const std::string name_;
  const std::int64_t every_s_;
  const std::filesystem::path folder_;
  mirror::Follower follower_;  ///< the thread's, as fetch_ is
  mirror::Fetch fetch_;
  const std::shared_ptr<std::atomic<bool>> stopping_;  ///< set with mutex_ held
  base::Metrics& metrics_;
  Alarms& alarms_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  MirrorStanding standing_;  ///< guarded by mutex_
  std::thread thread_;
};

Mirroring::Mirroring() = default;
Mirroring::~Mirroring() { stop(); }

base::Result<std::unique_ptr<Mirroring>> Mirroring::start(const Config& config, base::Metrics& metrics,
                                                          Alarms& alarms) {
  std::unique_ptr<Mirroring> out(new Mirroring());
  out->set_limits(config.limits);
  for (const auto& settings : config.tlog.mirrors) {
    const auto doing = fmt::format("[[mirror]] {}", settings.name);
    const auto stopping = std::make_shared<std::atomic<bool>>(false);
    tlog::RemoteOptions remote{settings.url, nullptr, settings.ca_file};
    remote.stop = [stopping] { return stopping->load(); };
    if (settings.token.is_set()) {
      TRY_ASSIGN(auto token, read_secret(settings.token));
      remote.token = std::make_shared<const crypto::Secret>(std::move(token));
    }
    auto fetch = tlog::remote_log(remote);
    if (!fetch) return base::fail(doing, fetch.error());
    const auto folder = mirror_folder(config.data, settings.name);
    auto follower =
        mirror::Follower::open({settings.name, settings.keys, folder,
                                [self = out.get()] { return self->reserve_.load(); }, base::system_clock()});
    if (!follower) return base::fail(doing, follower.error());
    out->workers_.push_back(std::make_unique<Worker>(settings, folder, std::move(*follower),
                                                     std::move(*fetch), stopping, metrics, alarms));
  }
  return out;
}

void Mirroring::set_limits(const Config::Limits& limits) {
  // Others' records must never take the room that the ledger needs for its own.
  reserve_ = std::max(limits.mirror_reserve_bytes, limits.disk_reserve_bytes);
}

tlog::MirrorFacts Mirroring::facts() const {
  return {[this] {
            std::vector<MirrorStanding> out;
            for (const auto& worker : workers_) out.push_back(worker->standing());
            return out;
          },
          [this](std::string_view name) -> std::optional<std::filesystem::path> {
            for (const auto& worker : workers_) {
              if (worker->name() == name) return worker->folder();
            }
            return std::nullopt;
          }};
}

void Mirroring::stop() {
  for (const auto& worker : workers_) worker->begin_stop();
  for (const auto& worker : workers_) worker->stop();
}

}  // namespace countersign::apps
