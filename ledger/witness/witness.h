#pragma once

#include "ledger/alarm/alarm_book.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/witness/add_checkpoint.h"
#include "ledger/witness/witness_state.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::witness {

/// A log, or all logs of a region, that a witness cosigns for.
struct WitnessedLogs {
  std::string origin;  ///< of the one log; where it ends in '/': of every log `<origin><name>`
  std::vector<crypto::Ed25519PublicKey> log_keys;    ///< one of them must have signed (type 0x01)
  std::vector<crypto::Ed25519PublicKey> clock_keys;  ///< checked where one has signed (type 0x04)
};

/// A C2SP tlog-witness: for each log it cosigns a checkpoint that extends the one that it cosigned last, and
/// nothing else. One thread at a time; several processes may share a state.
class Witness {
 public:
  struct Options {
    std::string name;                               ///< the cosigner's, as in its vkey
    std::shared_ptr<const crypto::Ed25519Key> key;  ///< cosigns only
    std::vector<WitnessedLogs> logs;
    base::Clock clock;
    /// Told of a log that has signed two roots for one size, before the request is refused. May be empty.
    std::function<void(const alarm::Alarm&)> on_split_view = {};
  };
  /// What is answered to a request; with a status other than 200 and 409 `body` is a sentence for people.
  struct Answer {
    int status = 200;
    std::string body;
  };

  Witness(Options options, WitnessState state) : options_(std::move(options)), state_(std::move(state)) {}

  /// Answers `add-checkpoint` (C2SP tlog-witness). The checks in their order, the first that fails decides:
  /// 400 malformed; 404 the origin is not known; 403 no known key of the log signed, or the line of one is
  /// wrong; 400 the old size is larger than the checkpoint's; 409 the old size is not what was cosigned last,
  /// with that size as the body; 422 an empty tree with a root of its own, a proof where none may be, a proof
  /// that does not lead there, or another root for the same size. 200 with the cosignature as the body, after
  /// it is on disk. 503 or 507 where it cannot be kept: nothing was signed. `time` of a cosignature is never
  /// 0, and what the clock shows.
  Answer add_checkpoint(std::string_view body);

  /// What was cosigned last of a log, by its monitoring_name: the checkpoint with the log's signatures and
  /// the cosignature. Nothing where it never was.
  base::Result<std::optional<std::string>> newest(std::string_view name);

 private:
  struct Request;
  const WitnessedLogs* find(std::string_view origin) const;
  Answer decide(const Request& request, const std::optional<WitnessState::Cosigned>& last);
  Answer cosign(const Request& request, const std::optional<WitnessState::Cosigned>& last);

  Options options_;
  WitnessState state_;
};

}  // namespace countersign::witness
