#pragma once

#include "collector/ingest/ingest_metrics.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/replay_guard.h"
#include "collector/signatures/scheme.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
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

/// A client certificate whose key the sender has proved to have.
struct ShownCertificate {
  base::Digest sha256;
  base::Timestamp not_before, not_after;
};

/// What a sender shows of itself besides a signature.
struct Credentials {
  std::string token;  ///< empty: none
  std::optional<ShownCertificate> certificate;
};

/// Decides whose a request is. A refusal is a 401 and is counted by source and reason. Thread-safe.
class Admission {
 public:
  /// `metrics` outlives this.
  Admission(IngestMetrics& metrics, base::Clock clock) : metrics_(metrics), clock_(std::move(clock)) {}

  /// By a bearer token, of the source itself or of its history (graded `backfill`), or by a client
  /// certificate (graded `mtls`). None is passed over that is wrong: not a token beside a good certificate,
  /// and not a certificate of another source, or out of its time, beside a good token. A certificate that is
  /// registered for no source says nothing.
  tl::expected<Admitted, base::Problem> by_credentials(std::shared_ptr<const Registry> registry,
                                                       const Credentials& shown);

  /// By the scheme of the source that the request's address names, or as above where it has no scheme; then
  /// the token is what `request` holds. A source's own address takes the place of `request.urls`;
  /// `request.now_s` is set here.
  tl::expected<Admitted, base::Problem> by_scheme(std::shared_ptr<const Registry> registry,
                                                  std::string_view source_name,
                                                  signatures::SignedRequest request,
                                                  const std::optional<ShownCertificate>& certificate = {});

 private:
  struct Refusal {
    std::string source;       ///< whose request it is, as far as is known
    std::string_view reason;  ///< as metrics count it
    std::string_view detail;  ///< as the sender is told
  };
  tl::expected<Admitted, Refusal> find(std::shared_ptr<const Registry> registry,
                                       const Credentials& shown) const;
  base::Problem refuse(const Refusal& refusal);

  IngestMetrics& metrics_;
  base::Clock clock_;
  ReplayGuard guard_;
};

}  // namespace countersign::ingest
