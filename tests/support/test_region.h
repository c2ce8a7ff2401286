#pragma once

#include "ledger/base/metrics.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/record/prepare.h"
#include "ledger/store/writer.h"
#include "ledger/tree/key_chain.h"
#include "ledger/vault/keys.h"
#include "tests/support/temp_dir.h"

#include <boost/json/value.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace countersign::testing {

/// A region with everything that a writer needs, in a folder of its own, with a clock that moves one
/// millisecond at each look and randomness that repeats from run to run.
class TestRegion {
 public:
  explicit TestRegion(std::uint64_t seed = 1);
  /// Begins with a copy of another region's files, which no writer has open.
  TestRegion(std::uint64_t seed, const TestRegion& copied);

  store::RegionFiles files() const { return {dir_ / "eu-1"}; }
  std::filesystem::path head_memory() const { return dir_ / "eu-1.heads"; }
  const TempDir& dir() const { return dir_; }
  const vault::VaultKeys& keys() const { return keys_; }
  const store::LedgerIdentity& identity() const { return identity_; }
  const crypto::Ed25519Key& log_key() const { return log_key_; }
  const crypto::Ed25519Key& clock_key() const { return clock_key_; }
  base::Metrics& metrics() { return metrics_; }
  base::Clock clock();
  /// After the region's files were put in place of others.
  void reopen_keys();
  /// Lets time pass.
  void pass(std::int64_t seconds) { *now_ += seconds * 1'000'000; }
  crypto::Entropy entropy();
  store::CheckpointSigner signer() const;

  /// Options of a writer over this region; on_fatal counts in fatal_errors().
  store::WriterOptions options();
  std::unique_ptr<store::Writer> open_writer();

  /// Has a fresh key, made from `seed`, sign the region's checkpoints from now on.
  base::Result<void> take_over(store::Writer& writer, tree::CheckpointKey which, std::uint8_t seed);

  int fatal_errors() const { return *fatal_errors_; }

  /// Submits and waits. Unavailable batches are sent again.
  static store::AppendResult append(store::Appender& writer, std::vector<record::PreparedEvent> events);

 private:
  TestRegion(std::uint64_t seed, const TestRegion* copied);

  TempDir dir_;
  base::Metrics metrics_;
  crypto::Ed25519Key log_key_;
  crypto::Ed25519Key clock_key_;
  store::LedgerIdentity identity_;
  vault::VaultKeys keys_;
  std::shared_ptr<std::atomic<std::int64_t>> now_;
  std::shared_ptr<std::atomic<std::uint64_t>> random_;
  std::shared_ptr<std::atomic<int>> fatal_errors_;
};

/// Runs SQL on a ledger as somebody who owns the file and has taken the triggers away, then puts them back.
void tamper(const TestRegion& region, const std::string& sql);

/// The n-th event of a workload: ids, persons and devices repeat in different rhythms, some members are
/// missing in some.
record::PreparedEvent sample_event(std::uint64_t n, const std::string& tenant = "acme",
                                   const std::string& source = "app");
boost::json::object sample_event_json(std::uint64_t n, const std::string& tenant = "acme");

}  // namespace countersign::testing
