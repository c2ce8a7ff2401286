#include "apps/daemon/notifying.h"

#include "apps/daemon/procurement/answer_notices.h"
#include "apps/system_events.h"
#include "reports/engine/catalogue.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace countersign::apps {
namespace {

constexpr std::chrono::seconds kBetween{1};
constexpr std::size_t kReasonBytesMax = 200;

/// A queue in a region, and whom it is for.
struct Line {
  const notify::Destination* destination;
  std::shared_ptr<notify::DeliveryQueue> queue;
  notify::Courier* courier;
};

std::optional<notify::ControlFacts> find_control(std::string_view id) {
  const auto* found = reports::Catalogue::built_in().find(id);
  if (found == nullptr) return {};
  return notify::ControlFacts{found->title, std::string(to_string(found->severity))};
}

/// Whom a mail of a notice is for where that is not to whom all are sent.
FindTo finding_owners(const Config& config, const NotifySettings& settings) {
  const auto* email = std::get_if<EmailSettings>(&settings.how);
  if (email == nullptr) return {};
  return [config, otherwise = email->mail.envelope.to](const notify::Notice& notice) {
    return addresses_of_owners(config, notice, otherwise);
  };
}

/// Leaves in the outbox that a notice was given up. The same one is recorded once, also after a crash; its id
/// is part of a file's name there.
base::Result<void> record_undelivered(const store::RegionFiles& files, const std::string& destination,
                                      const notify::Delivery& delivery) {
  TRY_ASSIGN(const auto notice, notify::parse_body(delivery.body));
  const std::string what(notify::subject_of(notice)), type = what + ".undelivered";
  auto event = system_event(fmt::format("{}.{}.{}.{}", type, destination, delivery.id, delivery.round), type,
                            base::system_clock()());
  event["action"] = {{"name", what + " send"},
                     {"resource", notify::resource_of(notice)},
                     {"context", fmt::format("destination={} type={} attempts={}", destination, notice.type,
                                             delivery.attempts)}};
  event["outcome"] = {{"reason", delivery.error.substr(0, kReasonBytesMax)}};
  return leave_in_outbox(files, event);
}

}  // namespace

/// Reads one region's system log, and fills the queues.
class Notifying::Follower {
 public:
  Follower(notify::FindingFeed::Options options, base::RegionId region, std::vector<Line> lines)
      : options_(std::move(options)), region_(std::move(region)), lines_(std::move(lines)) {
    // From now on every finding is told of, also where reading fails at first.
    open();
    thread_ = std::thread([this] { run(); });
  }
  ~Follower() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    if (feed_) report(feed_->save());
  }

 private:
  void open() {
    auto opened = notify::FindingFeed::open(options_);
    if (!opened) return report(base::fail(opened.error()));
    feed_.emplace(std::move(*opened));
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "notify-feed");
    for (;;) {
      const bool more = step();
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, more ? std::chrono::seconds(0) : kBetween, [this] { return stopping_; }))
        return;
    }
  }

  bool step() {
    if (!feed_) open();
    if (!feed_) return false;
    const auto done = feed_->step([this](const notify::Notice& notice, std::string_view log,
                                         std::uint64_t seq) { return queue(notice, log, seq); });
    report(done ? base::Result<void>() : base::fail(done.error()));
    return done && *done;
  }

  base::Result<void> queue(const notify::Notice& notice, std::string_view log, std::uint64_t seq) {
    notify::Delivery delivery;
    delivery.name = notify::delivery_name(seq);
    delivery.id = notify::delivery_id(log, seq);
    delivery.body = notify::to_body(notice);
    delivery.due = base::system_clock()();
    for (const auto& line : lines_) {
      if (!line.destination->wants(notice)) continue;
      TRY(line.queue->add(delivery));
      line.courier->wake();
    }
    return {};
  }

  /// Once a change.
  void report(const base::Result<void>& done) {
    const auto now = done ? std::string() : done.error().message;
    if (!now.empty() && now != told_)
      spdlog::error("findings of {} wait to be told of: {}", region_.value(), now);
    told_ = now;
  }

  const notify::FindingFeed::Options options_;
  const base::RegionId region_;
  const std::vector<Line> lines_;
  std::optional<notify::FindingFeed> feed_;
  std::string told_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

Notifying::Notifying() = default;
Notifying::~Notifying() { stop(); }

void Notifying::stop() {
  followers_.clear();
  couriers_.clear();
}

base::Result<std::unique_ptr<Notifying>> Notifying::start(const Config& config, base::Metrics& metrics) {
  auto out = std::unique_ptr<Notifying>(new Notifying);
  if (config.notify.empty()) {
    for (const auto& region : config.regions)
      notify::FindingFeed::forget(notify::DeliveryFolder::of(config.region_files(region).folder));
    return out;
  }
  std::map<base::RegionId, std::vector<Line>> lines;
  for (const auto& settings : config.notify) {
    notify::Courier::Options options;
    TRY_ASSIGN(options.destination, make_destination(settings, finding_owners(config, settings)));
    auto& dead = metrics.get("countersign_notify_undelivered_total", "Notices of findings that were given up",
                             base::MetricType::counter, {{"destination", settings.name}});
    for (const auto& region : config.regions) {
      const auto files = config.region_files(region);
      notify::DeliveryQueue::Options queue;
      queue.folder = notify::DeliveryFolder::of(files.folder);
      queue.destination = settings.name;
      queue.on_dead = [files, name = settings.name,
                       &dead](const notify::Delivery& delivery) -> base::Result<void> {
        TRY(record_undelivered(files, name, delivery));
        spdlog::error("the destination {} was not told of a finding ({}): {}; see: countersign notify list",
                      name, delivery.id, delivery.error);
        dead.add();
        return {};
      };
      TRY_ASSIGN(auto opened, notify::DeliveryQueue::open(std::move(queue)));
      options.queues.push_back(std::move(opened));
    }
    options.log = [name = settings.name](const std::string& what) {
      spdlog::warn("telling {} of findings: {}", name, what);
    };
    const auto queues = options.queues;
    auto courier = std::make_unique<notify::Courier>(std::move(options), metrics);
    for (std::size_t i = 0; i < queues.size(); ++i)
      lines[config.regions[i]].push_back({&courier->destination(), queues[i], courier.get()});
    out->couriers_.push_back(std::move(courier));
  }
  for (auto& [region, of_region] : lines) {
    const auto files = config.region_files(region);
    out->followers_.push_back(std::make_unique<Follower>(
        notify::FindingFeed::Options{files.ledger(), notify::DeliveryFolder::of(files.folder), find_control,
                                     [](const std::string& what) { spdlog::warn("{}", what); },
                                     [config](notify::Notice& notice) { complete_answer(config, notice); }},
        region, std::move(of_region)));
  }
  for (const auto& courier : out->couriers_) courier->start();
  return out;
}

}  // namespace countersign::apps
