#pragma once

#include "apps/doctor/check.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// The groups of checks, one file each. Those of an appliance read its files; those that take numbers are
/// pure.
namespace countersign::doctor {

/// Everything, in the order in which a person would look. Where the configuration cannot be used that is the
/// only check. `program` is the command as it was called.
Checks examine(const std::filesystem::path& config_file, const base::Clock& clock, ::uid_t runs_as,
               const std::string& program);

/// Whose the files are, and who else can read or write them.
Checks check_ownership(const Appliance& appliance);

/// Room, and what the folders lie on.
Checks check_storage(const Appliance& appliance);
struct Space {
  std::uint64_t free = 0, total = 0, reserve = 0;
  std::optional<double> bytes_a_day;  ///< by which the region grows; empty: not known
};
Check judge_space(const Appliance& appliance, const std::string& id, const std::filesystem::path& folder,
                  const Space& space);
/// `type` as the kernel calls the file system.
Check judge_file_system(const std::string& id, const std::filesystem::path& folder, const std::string& type);

/// The machine's clock, held against what the ledgers say.
Checks check_clock(const Appliance& appliance);
/// `newest` is the newest time that the region's ledger knows.
Check judge_clock(const Appliance& appliance, const std::string& id, base::Timestamp newest,
                  base::Timestamp now);

Checks check_certificates(const Appliance& appliance);
/// The days that are left; `mend` and `run` are what to do where they are few.
Check judge_validity(const std::string& id, const std::string& what, base::Timestamp not_before,
                     base::Timestamp not_after, base::Timestamp now, const std::string& mend,
                     const std::string& run);

/// Whether each key can be read and is that of the files.
Checks check_keys(const Appliance& appliance);

/// Whether each region's ledger is there, ours, as long as what was signed, and signed up to its end.
Checks check_ledgers(const Appliance& appliance);

/// When the ledgers were verified last, the controls tested, a backup made.
Checks check_upkeep(const Appliance& appliance);
/// `last` empty: it never was. `interval_hours` 0: nobody does it by itself.
Check judge_age(const std::string& id, const std::string& what, std::optional<base::Timestamp> last,
                base::Timestamp since, base::Timestamp now, double interval_hours, const std::string& mend,
                const std::string& run);

Checks check_sources(const Appliance& appliance);

/// Alarms of contradictory checkpoints that nobody has acknowledged.
Checks check_alarms(const Appliance& appliance);

/// Whether the daemon runs, answers, and takes what commands leave for it.
Checks check_service(const Appliance& appliance);
/// Whether a process listens on the port, by /proc/net/tcp and tcp6; their text is given.
bool is_listened_on(std::string_view table, std::uint16_t port);

}  // namespace countersign::doctor
