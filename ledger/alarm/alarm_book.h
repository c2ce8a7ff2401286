#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::alarm {

/// What two signed checkpoints of one log show together.
enum class Kind {
  split_view,  ///< two histories: neither is the beginning of the other
  rollback,    ///< one side has forgotten records that the other has seen signed
};
std::string_view to_string(Kind kind);

/// That a log was seen in two states that cannot both be true of it. The checkpoints are the proof: whoever
/// has the log's public key can check them.
struct Alarm {
  base::Timestamp time;
  Kind kind = Kind::split_view;
  std::string origin;  ///< of the log, as in both checkpoints
  std::string from;    ///< who showed `theirs`, such as `witness acme` or `mirror eu`
  std::string ours;    ///< signed note, verbatim
  std::string theirs;  ///< signed note, verbatim; empty where only its size is known, which `what` tells
  std::string what;    ///< one sentence for people: what is contradictory, and what to do
};

struct Acknowledgement {
  base::Timestamp time;
  std::string by;
  std::string reason;
};

struct KeptAlarm {
  std::string id;  ///< 16 hexadecimal digits
  Alarm alarm;
  std::optional<Acknowledgement> acknowledged;
};

/// The alarms of an appliance, in a folder for each: `<id>/alarm.json`, `<id>/ours.checkpoint`,
/// `<id>/theirs.checkpoint` and, once somebody has seen to it, `<id>/acknowledged.json` (ledger/FORMAT.md).
/// Nothing is ever overwritten or removed. Owns nothing but the path; any thread and several processes.
class AlarmBook {
 public:
  /// The folder is made by the first alarm.
  explicit AlarmBook(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Keeps an alarm durably. Its id where it is new. Empty where it is known: the same `theirs` was shown
  /// before, or an alarm of this kind and origin `from` the same side stands that nobody has acknowledged and
  /// that proves as much, so that a contradiction that lasts is one alarm. What cannot be read of an older
  /// one hinders nothing, and stays. Errors as of writing files.
  base::Result<std::optional<std::string>> raise(const Alarm& alarm) const;

  /// All, the oldest first; none where there is no folder. One that cannot be read hides no other: it is told
  /// in `damaged`, which names the file. Errors: of reading the folder.
  struct List {
    std::vector<KeptAlarm> alarms;
    std::vector<std::string> damaged;  ///< sentences
  };
  base::Result<List> list() const;
  /// not_found where there is none of that id.
  base::Result<KeptAlarm> find(std::string_view id) const;

  /// Notes that somebody has seen to it. not_found; already_exists where it was acknowledged before, which
  /// stays.
  base::Result<void> acknowledge(std::string_view id, const Acknowledgement& acknowledgement) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace countersign::alarm
