#pragma once

#include "collector/ingest/admission.h"
#include "collector/ingest/decode.h"
#include "collector/ingest/event_answer.h"
#include "collector/ingest/ingest_metrics.h"
#include "collector/ingest/registry.h"
#include "collector/protocols/item.h"
#include "ledger/store/append.h"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace countersign::ingest {

/// The ledger of a region that this appliance serves, or null. It outlives the service. Called from any
/// thread.
using AppenderLookup = std::function<store::Appender*(const base::RegionId&)>;

/// Addresses of the appliances that serve other regions.
using Elsewhere = std::map<base::RegionId, std::string>;

/// What became of each event of a request, in the request's order; or why none of it was looked at.
using Answers = tl::expected<std::vector<EventAnswer>, base::Problem>;
using Answered = std::function<void(Answers)>;

/// An event of the native shape that a route made of what it was asked to do, and its payload, where that is
/// kept.
struct MadeEvent {
  boost::json::object event;
  std::optional<std::string> raw = {};
};

/// The way of an event from an admitted request to the ledger: adapt a provider's payload, check each event
/// by itself, hand the good ones over region by region, and answer when all are on disk.
///
/// It keeps nothing of a request after the answer, and logs nothing. Of an event whose tenant is pinned to a
/// region that is served elsewhere it looks at nothing but the tenant. Any thread may call any function.
class IngestService {
 public:
  /// `metrics` outlives the service. `elsewhere` is told to senders whose tenant has no address of its own.
  IngestService(AppenderLookup appender_of, IngestLimits limits, base::Metrics& metrics,
                std::shared_ptr<const Registry> registry, base::Clock clock = base::system_clock(),
                Elsewhere elsewhere = {});

  /// Who sends a request; see Admission.
  Admission& admission() { return admission_; }

  /// Calls `answered` exactly once: before it returns where nothing is to be stored, else from the thread of
  /// the ledger that finishes last. `answered` must not block and must not throw. Where every region that was
  /// handed events takes its time, nothing is answered until the last of them is done.
  void take(const Admitted& sender, protocols::Items messages, Answered answered);

  /// The same for events of one tenant that belong together: all are stored or none. Where one cannot be used
  /// the others are `rejected` with it, without a fault of their own. `events_max` does not count here.
  void take_whole(const Admitted& sender, std::vector<MadeEvent> events, Answered answered);

  /// What the operator is shown of each source.
  SourceBook& book() { return metrics_->book(); }

  /// A refusal of a whole request after its sender was admitted, to be counted.
  void count_refusal(const Admitted& sender, const base::Problem& problem);

  /// Puts another registry in place; requests that have begun keep the old one.
  void set_registry(std::shared_ptr<const Registry> registry);

  /// New limits for the requests to come.
  void set_limits(const IngestLimits& limits);
  IngestLimits limits() const;

  /// The registry that new requests use.
  std::shared_ptr<const Registry> registry() const;

 private:
  AppenderLookup appender_of_;
  const Elsewhere elsewhere_;
  std::shared_ptr<IngestMetrics> metrics_;  ///< shared with answers that are under way
  const base::Clock clock_;
  Admission admission_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Registry> registry_;  ///< guarded by mutex_
  IngestLimits limits_;                       ///< guarded by mutex_
};

}  // namespace countersign::ingest
