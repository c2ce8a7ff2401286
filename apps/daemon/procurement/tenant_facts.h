#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/answers/facts.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace countersign::apps {

/// What is known of a tenant and the vendor's documents, for all who go by it. Blocks; any thread.
class TenantFacts {
 public:
  using FindRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;

  using Steady = std::chrono::steady_clock;

  struct Known {
    answers::Facts facts;
    base::Timestamp time;         ///< when they began to be gathered
    Steady::time_point gathered;  ///< the same by a clock that is not set
  };

  /// `registry` is called from the threads that ask.
  TenantFacts(const Config& config, FindRegistry registry)
      : config_(config), registry_(std::move(registry)) {}

  /// Gathered now. Errors as evidence_facts(); not_found, too, for a tenant that is not pinned here.
  base::Result<Known> fresh(const std::string& tenant);
  /// The same, or what somebody else was given in the last kShared.
  base::Result<Known> recent(const std::string& tenant);

  static constexpr std::chrono::seconds kShared{5};

 private:
  base::Result<Known> gather(const std::string& name);

  const Config config_;
  const FindRegistry registry_;
  std::mutex mutex_;
  std::map<std::string, Known> kept_;  ///< guarded by mutex_
};

}  // namespace countersign::apps
