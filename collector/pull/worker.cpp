#include "collector/pull/worker.h"

#include "ledger/base/file.h"

#include <fmt/format.h>

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <future>
#include <iterator>

namespace countersign::pull {
namespace {

using base::Code;

constexpr std::uint64_t kCursorFileMax = 16 * 1024;
constexpr std::int64_t kInterval_s = 60;
constexpr std::int64_t kMinute_us = 60ll * 1'000'000;

std::int64_t interval_ms(const std::map<std::string, std::string>& settings) {
  std::int64_t seconds = kInterval_s;
  if (const auto set = settings.find("interval_s"); set != settings.end())
    std::from_chars(set->second.data(), set->second.data() + set->second.size(), seconds);
  return std::clamp<std::int64_t>(seconds, 1, 86'400) * 1000;
}

}  // namespace

base::Result<std::unique_ptr<Worker>> Worker::start(WorkerOptions options, ingest::IngestService& service,
                                                    base::Metrics& metrics) {
  TRY_ASSIGN(auto client, client_for(options.base_url, options.settings));
  auto worker = std::unique_ptr<Worker>(new Worker(std::move(options), std::move(client), service, metrics));
  auto cursor = base::read_file(worker->options_.cursor_file, kCursorFileMax);
  if (!cursor && cursor.error().code != Code::not_found) return base::fail(cursor.error());
  if (cursor) worker->cursor_ = cursor->substr(0, cursor->find('\n'));
  TRY(base::make_folders_durably(worker->options_.cursor_file.parent_path()));
  worker->thread_ = std::thread([raw = worker.get()] { raw->run(); });
  return worker;
}

Worker::Worker(WorkerOptions options, http::Client client, ingest::IngestService& service,
               base::Metrics& metrics)
    : options_(std::move(options)), client_(std::move(client)), service_(service), metrics_(metrics) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Worker::Settled Worker::settled_of(const ingest::Answers& result) {
  if (!result) return result.error().status == 413 ? Settled::too_many : Settled::not_now;
  const auto has = [&result](auto&& what) { return std::ranges::any_of(*result, what); };
  if (has([](const auto& event) { return event.failure == 413; })) return Settled::too_many;
  // Misdirected: the tenant has just moved, and who polls for it next goes on from here.
  const bool waits = has([](const auto& event) {
    return event.status == ingest::EventStatus::failed || event.status == ingest::EventStatus::misdirected;
  });
  return waits ? Settled::not_now : Settled::all;
}

/// False when the worker is to end.
bool Worker::pause(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
  return !stopping_;
}

void Worker::count(const char* result) {
  metrics_
      .get("countersign_pull_requests_total", "Requests to a provider's log API, by what came of them",
           base::MetricType::counter, {{"source", options_.source.value()}, {"result", result}})
      .add();
}

void Worker::run() {
  ::pthread_setname_np(::pthread_self(), "pull");
  for (;;) {
    const auto turn = poll();
    if (turn.good) retry_ms_ = 0;
    const auto wait =
        turn.good && !turn.more ? std::max(turn.wait_ms, interval_ms(options_.settings)) : turn.wait_ms;
    if (!pause(wait)) return;
  }
}

Worker::Turn Worker::failed(const std::string& reason, std::int64_t wait_s) {
  retry_ms_ = std::clamp(retry_ms_ * 2, options_.retry_first_ms, options_.retry_most_ms);
  if (reason != told_ && options_.log) options_.log(reason);
  told_ = reason;
  return {false, false, std::max(retry_ms_, wait_s * 1000)};
}

Worker::Turn Worker::poll() {
  PullContext context{options_.base_url, base::text_of(options_.credential->view()), options_.settings,
                      options_.clock()};
  if (options_.puller->authorize != nullptr) {
    if (auto token = authorize(context); !token) {
      count("refused");
      return failed(token.error().message, 0);
    }
    context.access_token = access_.text;
  }
  const auto request = options_.puller->request(cursor_, context);
  auto response = client_.send("GET", request.target, request.headers, "");
  if (!response) {
    count("unreachable");
    return failed(response.error().message, 0);
  }
  auto page = options_.puller->read(*response, cursor_, context);
  if (!page) {
    if (response->status == 401) access_ = {};  // it may have been withdrawn before its time
    count("refused");
    return failed(page.error().reason, page.error().wait_s);
  }
  count("answered");
  const auto events = page->payloads.size();
  protocols::Items messages;
  for (auto& payload : page->payloads) messages.push_back({std::move(payload), {}});
  switch (hand_in_parts(std::move(messages))) {
    case Settled::all:
      break;
    case Settled::revoked:
      return failed("the source is revoked", 60);
    case Settled::not_now:
      return failed("the ledger cannot take the page now", 0);
    case Settled::too_many:
      if (at_once_ == 1)
        return failed(
            "one message holds more events than the ledger takes at once: raise limits.events_max, "
            "queue_events_max or queue_bytes_max",
            0);
      at_once_ = std::min(at_once_, events) / 2;
      return {true, true, 0};
  }
  if (page->cursor != cursor_) {
    auto written =
        base::write_file_durably(options_.cursor_file, page->cursor + "\n", base::FileMode::secret);
    if (!written) return failed(written.error().message, 0);
    cursor_ = page->cursor;
  }
  metrics_
      .get("countersign_pull_events_total", "Events fetched from a provider's log API",
           base::MetricType::counter, {{"source", options_.source.value()}})
      .add(static_cast<std::int64_t>(events));
  if (!told_.empty() && options_.log) options_.log("goes on");
  told_.clear();
  beat();
  return {true, page->more, page->wait_s * 1000};
}

/// Fetches an access token where there is none that is still to be used.
base::Result<void> Worker::authorize(const PullContext& context) {
  if (!access_.text.empty() && context.now < access_.until) return {};
  TRY_ASSIGN(const auto request, options_.puller->authorize(context));
  TRY_ASSIGN(access_, fetch_token(request, context));
  return {};
}

/// Hands a page to the ledger, at most at_once_ messages together.
Worker::Settled Worker::hand_in_parts(protocols::Items page) {
  for (std::size_t from = 0; from < page.size(); from += at_once_) {
    const auto first = page.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(at_once_, page.size() - from));
    const auto settled =
        hand_in({std::make_move_iterator(first), std::make_move_iterator(last)}, Form::provider);
    if (settled != Settled::all) return settled;
  }
  return Settled::all;
}

/// Hands messages to the ledger and waits for what becomes of them.
Worker::Settled Worker::hand_in(protocols::Items messages, Form form) {
  auto registry = service_.registry();
  const auto* source = registry->source_by_name(options_.source);
  if (source == nullptr || source->revoked) return Settled::revoked;
  const ingest::Admitted sender{std::move(registry), source, record::Proof::pulled, nullptr,
                                form == Form::native};
  auto promise = std::make_shared<std::promise<Settled>>();
  auto future = promise->get_future();
  service_.take(sender, std::move(messages),
                [promise](auto result) { promise->set_value(settled_of(result)); });
  return future.get();
}

void Worker::beat() {
  const auto now = options_.clock();
  const auto minute = now.micros / kMinute_us;
  if (minute == beat_minute_) return;
  const auto time = base::format_rfc3339({minute * kMinute_us});
  boost::json::object event{{"id", fmt::format("pull/{}/{}", options_.source.value(), time)},
                            {"time", time},
                            {"type", "source.heartbeat"},
                            {"tenant", options_.tenant.value()}};
  protocols::Items messages;
  messages.push_back({std::move(event), {}});
  if (hand_in(std::move(messages), Form::native) == Settled::all) beat_minute_ = minute;
}

}  // namespace countersign::pull
