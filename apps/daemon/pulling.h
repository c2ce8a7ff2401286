#pragma once

#include "apps/config.h"
#include "collector/ingest/service.h"
#include "collector/pull/worker.h"
#include "ledger/base/metrics.h"

#include <map>
#include <memory>
#include <string>

namespace countersign::apps {

/// The workers of the sources that are polled. One thread.
class Pulling {
 public:
  /// Everything passed in outlives it.
  Pulling(const Config& config, ingest::IngestService& service, base::Metrics& metrics)
      : config_(config), service_(service), metrics_(metrics) {}

  /// Starts a worker for each source that is polled here, and ends those of sources that are revoked or were
  /// changed.
  void follow(const ingest::Registry& registry);

  void stop() { workers_.clear(); }

 private:
  struct Running {
    std::string made_of;  ///< what of the registration the worker was made of
    std::unique_ptr<pull::Worker> worker;
  };
  void start(const ingest::Source& source, const ingest::Tenant& tenant, std::string made_of);

  const Config& config_;
  ingest::IngestService& service_;
  base::Metrics& metrics_;
  std::map<std::string, Running> workers_;
};

}  // namespace countersign::apps
