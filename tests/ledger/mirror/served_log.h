#pragma once

#include "ledger/crypto/ed25519.h"
#include "ledger/mirror/authentic_tiles.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace countersign::testing {

/// A log in memory that is served as tlog-tiles: records of one tenant, a checkpoint where it was published,
/// and whatever a test does to what is served.
class ServedLog {
 public:
  explicit ServedLog(std::string origin = "log.example.com/eu-1/acme", std::uint8_t key = 1);

  /// Adds records; `salt` makes others of them.
  void grow(std::uint64_t count, const std::string& salt = "");
  /// Signs the present size. The signature is under the log's key and its clock's, which states `later`
  /// seconds after a fixed time.
  std::string publish(std::int64_t later = 0);
  /// Begins with the same records as another.
  void copy_from(const ServedLog& other, std::uint64_t count);

  std::uint64_t size() const { return records_.size(); }
  const std::string& record(std::uint64_t seq) const { return records_[seq]; }
  std::vector<tree::NoteVerifier> keys() const;
  const std::string& note() const { return note_; }
  void set_note(std::string note) { note_ = std::move(note); }

  /// Serves what the published checkpoint covers. Records before `retired` are gone: their bundles are not
  /// found, and what remains of them is, unless `remains` says no. `change` may change, or
  /// refuse, what is given.
  mirror::Fetch fetch();
  std::uint64_t retired = 0;
  bool remains = true;
  std::vector<std::string> extensions;  ///< lines of checkpoints that are published from then on
  std::function<base::Result<std::string>(const std::string& path, std::string bytes)> change;
  std::uint64_t requests = 0;
  std::map<std::string, int> asked;  ///< how often, by path

 private:
  void add(std::string record);
  base::Result<std::string> serve(const std::string& path);

  std::string origin_;
  crypto::Ed25519Key log_key_, clock_key_;
  std::vector<std::string> records_;
  std::vector<std::vector<base::Digest>> rows_;  ///< roots of 256^level leaves each
  base::Digest before_{};
  std::string note_;
  std::uint64_t published_ = 0;
};

}  // namespace countersign::testing
