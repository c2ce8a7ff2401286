#pragma once

#include "collector/ingest/answer.h"
#include "collector/ingest/decode.h"
#include "collector/ingest/ingest_metrics.h"
#include "collector/ingest/registry.h"
#include "ledger/store/append.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace countersign::ingest {

/// A `POST /v1/events` without any type of the HTTP library.
struct IngestRequest {
  std::string bearer_token;  ///< behind "Bearer "; empty where there was none
  std::string content_type;
  std::string content_encoding;
  std::string body;
};

/// The ledger of a region that this appliance serves, or null. It outlives the service. Called from any
/// thread.
using AppenderLookup = std::function<store::Appender*(const base::RegionId&)>;

using Respond = std::function<void(IngestResponse)>;

/// The way of an event from a request to the ledger: authenticate the source, decode the body, adapt a
/// provider's payload, check each event by itself, hand the good ones over region by region, and answer when
/// all are on disk.
///
/// It keeps nothing of a request after the answer, and logs nothing. Any thread may call any function.
class IngestService {
 public:
  /// `metrics` outlives the service.
  IngestService(AppenderLookup appender_of, IngestLimits limits, base::Metrics& metrics,
                std::shared_ptr<const Registry> registry);

  /// Calls `respond` exactly once: before it returns where nothing is to be stored, else from the thread of
  /// the ledger that finishes last. `respond` must not block and must not throw. Where every region that was
  /// handed events takes its time, nothing is answered until the last of them is done.
  void handle(IngestRequest request, Respond respond);

  /// Puts another registry in place; requests that have begun keep the old one.
  void set_registry(std::shared_ptr<const Registry> registry);

  /// New limits for the requests to come.
  void set_limits(const IngestLimits& limits);

  /// The registry that new requests use.
  std::shared_ptr<const Registry> registry() const;

 private:
  IngestLimits limits() const;

  AppenderLookup appender_of_;
  std::shared_ptr<IngestMetrics> metrics_;  ///< shared with answers that are under way
  mutable std::mutex mutex_;
  std::shared_ptr<const Registry> registry_;  ///< guarded by mutex_
  IngestLimits limits_;                       ///< guarded by mutex_
};

}  // namespace countersign::ingest
