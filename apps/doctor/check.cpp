#include "apps/doctor/check.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace countersign::doctor {
namespace {

constexpr const char* kInstalledConfig = "/etc/countersign/countersign.toml";

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::fault:
      break;
  }
  return "fault";
}

Check well(std::string id, std::string what) { return {std::move(id), State::ok, std::move(what), {}, {}}; }

Check doubtful(std::string id, std::string what, std::string mend, std::string run) {
  return {std::move(id), State::warning, std::move(what), std::move(mend), std::move(run)};
}

Check wrong(std::string id, std::string what, std::string mend, std::string run) {
  return {std::move(id), State::fault, std::move(what), std::move(mend), std::move(run)};
}

void append(Checks& to, Checks more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string Appliance::command(std::string_view arguments) const {
  const auto config_option =
      installed ? std::string() : fmt::format("--config {} ", apps::shell_word(config.file.string()));
  return by_owner(fmt::format("{} {}{}", apps::shell_word(program), config_option, arguments));
}

std::string Appliance::by_owner(const std::string& command) const {
  return owner && owner->uid != runs_as ? apps::as_user(owner->name, command) : command;
}

std::string Appliance::by_root(const std::string& command) const {
  return runs_as == 0 ? command : "sudo " + command;
}

std::string Appliance::start() const {
  if (has_unit) return by_root("systemctl start countersign");
  const std::filesystem::path called = program;
  const auto daemon = called.has_parent_path() ? called.parent_path() / "countersignd" : "countersignd";
  const auto config_option =
      installed ? std::string() : fmt::format(" --config {}", apps::shell_word(config.file.string()));
  return by_owner(apps::shell_word(daemon.string()) + config_option) + " &";
}

std::string Appliance::restart() const {
  return has_unit ? by_root("systemctl restart countersign") : std::string();
}

std::string Appliance::reload() const {
  return has_unit ? by_root("systemctl reload countersign") : std::string();
}

Appliance appliance_of(const apps::Config& config, base::Clock clock, ::uid_t runs_as, std::string program) {
  Appliance out{config, std::move(clock), runs_as, std::move(program), std::nullopt, false, false, false};
  out.installed = config.file == kInstalledConfig;
  std::error_code ignored;
  out.has_unit = out.installed && std::filesystem::exists("/run/systemd/system", ignored);
  if (out.installed) {
    out.owner = apps::account_named(std::string(apps::kServiceUser));
  } else if (struct stat info{}; ::stat(config.data.c_str(), &info) == 0) {
    out.owner = apps::Account{apps::user_name(info.st_uid), info.st_uid, info.st_gid};
  }
  out.running = std::any_of(config.regions.begin(), config.regions.end(), [&](const auto& region) {
    return is_locked(config.region_files(region).lock());
  });
  return out;
}

bool is_locked(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return false;
  const auto inode = fmt::format(":{}", info.st_ino);
  const auto whole = fmt::format("{:02x}:{:02x}{}", major(info.st_dev), minor(info.st_dev), inode);
  std::string holder;
  std::ifstream(file) >> holder;
  std::ifstream locks("/proc/locks");
  // `1: FLOCK  ADVISORY  WRITE 1234 08:01:567 0 EOF` (proc(5)). Some file systems have another device here
  // than for stat(2); there the process is the one that the file names.
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, advice, mode, process, place;
    if (!(words >> number >> kind >> advice >> mode >> process >> place)) continue;
    if (kind != "FLOCK" || mode != "WRITE" || !place.ends_with(inode)) continue;
    if (place == whole || process == holder) return true;
  }
  return false;
}

std::string spell_duration(std::int64_t micros) {
  const auto many = [](std::int64_t count, std::string_view unit) {
    return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
  };
  if (micros >= 2 * kDay) return many(micros / kDay, "day");
  if (micros >= 2 * kHour) return many(micros / kHour, "hour");
  if (micros >= 120 * kSecond) return many(micros / (60 * kSecond), "minute");
  return fmt::format("{} s", micros / kSecond);
}

std::string spell_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMega = 1'000'000;
  if (bytes >= 10'000 * kMega) return fmt::format("{} GB", bytes / (1'000 * kMega));
  if (bytes >= 10 * kMega) return fmt::format("{} MB", bytes / kMega);
  return fmt::format("{} kB", bytes / 1'000);
}

}  // namespace countersign::doctor
