#pragma once

#include "collector/ingest/ingest_metrics.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/replay_guard.h"
#include "collector/signatures/scheme.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace countersign::ingest {

/// A request whose sender has proved who it is.
struct Admitted {
  std::shared_ptr<const Registry> registry;  ///< keeps `source` alive
  const Source* source = nullptr;
  record::Proof proof = record::Proof::none;
  std::shared_ptr<ReplayGuard::Ticket> ticket;  ///< of a request that can be taken only once
  bool native = false;  ///< the messages are events of the native shape, whatever the source's adapter
};

/// Decides whose a request is. A refusal is a 401 and is counted by source and reason. Thread-safe.
class Admission {
 public:
  /// `metrics` outlives this.
  Admission(IngestMetrics& metrics, base::Clock clock) : metrics_(metrics), clock_(std::move(clock)) {}

  /// By a bearer token: of the source itself, or of its history (graded `backfill`).
  tl::expected<Admitted, base::Problem> by_token(std::shared_ptr<const Registry> registry,
                                                 std::string_view token);

  /// By the scheme of the source that the request's address names, or by its token where it has no scheme.
  /// A source's own address takes the place of `request.urls`; `request.now_s` is set here.
  tl::expected<Admitted, base::Problem> by_scheme(std::shared_ptr<const Registry> registry,
                                                  std::string_view source_name,
                                                  signatures::SignedRequest request);

 private:
  IngestMetrics& metrics_;
  base::Clock clock_;
  ReplayGuard guard_;
};

}  // namespace countersign::ingest
