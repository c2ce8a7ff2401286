#pragma once

#include "apps/config.h"
#include "apps/service_user.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What `countersign doctor` looks at: each check is a sentence on the state of one thing, and what to do
/// where it is not well. Checks read and change nothing; none of their texts holds a secret or a personal
/// value.
namespace countersign::doctor {

enum class State { ok, warning, fault };
std::string_view to_string(State state);

struct Check {
  std::string id;  ///< `certificate.tls`; of a region or source `clock.records/eu-1`
  State state = State::ok;
  std::string what;  ///< one sentence
  std::string mend;  ///< what to do, in words; empty where it is well
  std::string run;   ///< the command line that does it; empty where there is none
};
using Checks = std::vector<Check>;

Check well(std::string id, std::string what);
Check doubtful(std::string id, std::string what, std::string mend, std::string run = {});
Check wrong(std::string id, std::string what, std::string mend, std::string run = {});

void append(Checks& to, Checks more);

/// One appliance as its doctor finds it.
struct Appliance {
  const apps::Config& config;
  base::Clock clock;
  ::uid_t runs_as = 0;
  std::string program;                 ///< as it was called
  std::optional<apps::Account> owner;  ///< whose the files should be; none: the account is not there
  bool installed = false;              ///< its configuration is in /etc/countersign
  bool has_unit = false;               ///< and systemd runs the machine
  bool running = false;                ///< a daemon has the regions

  /// A command line of `countersign`, as whoever reads it has to run it.
  std::string command(std::string_view arguments) const;
  /// Another one, run by the owner of the files, or by root.
  std::string by_owner(const std::string& command) const;
  std::string by_root(const std::string& command) const;
  std::string start() const;
  std::string restart() const;
  std::string reload() const;
};

/// `config` outlives what is returned.
Appliance appliance_of(const apps::Config& config, base::Clock clock, ::uid_t runs_as, std::string program);

/// Whether a process holds the lock (flock(2)) of the file alone, as /proc/locks tells. Takes no lock itself.
bool is_locked(const std::filesystem::path& file);

/// `3 days`, `2 hours`, `40 s`.
std::string spell_duration(std::int64_t micros);
std::string spell_bytes(std::uint64_t bytes);

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kHour = 3'600 * kSecond;
inline constexpr std::int64_t kDay = 24 * kHour;

}  // namespace countersign::doctor
