#pragma once

#include "collector/ingest/service.h"
#include "collector/pull/access_token.h"
#include "collector/pull/puller.h"
#include "ledger/base/metrics.h"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace countersign::pull {

struct WorkerOptions {
  base::SourceName source;
  base::TenantId tenant;
  const Puller* puller = nullptr;
  std::string base_url;
  std::map<std::string, std::string> settings;  ///< `ca_file`, `interval_s` and the puller's own
  std::shared_ptr<const crypto::Secret> credential;
  std::filesystem::path cursor_file;  ///< in the region of the tenant
  base::Clock clock = base::system_clock();
  std::function<void(const std::string& what)> log;  ///< told what an operator should know, once a change
  std::int64_t retry_first_ms = 1'000;               ///< after a failure; then twice as long each time
  std::int64_t retry_most_ms = 300'000;
};

/// Polls one source's log API from a thread of its own. The cursor is written, durably, after every event of
/// a page is settled in the ledger and before the next page is asked for: a kill at any moment makes a page
/// come again, whose events are then duplicates, and never skips one. While the ledger cannot take a page it
/// is tried again with growing pauses.
///
/// Once a minute in which the provider answered it hands in a `source.heartbeat`, so that coverage shows
/// that the source was asked even when nothing had happened.
///
/// Counts, in `metrics`: countersign_pull_requests_total{source,result},
/// countersign_pull_events_total{source}.
class Worker {
 public:
  /// `service` and `metrics` outlive the worker.
  static base::Result<std::unique_ptr<Worker>> start(WorkerOptions options, ingest::IngestService& service,
                                                     base::Metrics& metrics);
  /// Ends the thread; a request that is under way is waited for.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  Worker(WorkerOptions options, http::Client client, ingest::IngestService& service, base::Metrics& metrics);

  enum class Settled { all, not_now, too_many, revoked };
  struct Turn {
    bool good = false;
    bool more = false;
    std::int64_t wait_ms = 0;
  };

  void run();
  Turn poll();
  base::Result<void> authorize(const PullContext& context);
  Turn failed(const std::string& reason, std::int64_t wait_s);
  enum class Form { provider, native };
  static Settled settled_of(const ingest::Answers& result);
  Settled hand_in_parts(protocols::Items page);
  Settled hand_in(protocols::Items messages, Form form);
  void beat();
  bool pause(std::int64_t ms);
  void count(const char* result);

  WorkerOptions options_;
  http::Client client_;
  ingest::IngestService& service_;
  base::Metrics& metrics_;
  AccessToken access_;
  std::string cursor_;
  std::size_t at_once_ = std::numeric_limits<std::size_t>::max() / 2;  ///< messages, as the ledger takes them
  std::string told_;                                                   ///< the failure that the log knows of
  std::int64_t beat_minute_ = 0;
  std::int64_t retry_ms_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace countersign::pull
