#include "apps/doctor/checks.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace countersign::doctor {
namespace {

namespace fs = std::filesystem;

/// So many files of a folder are looked at; a region has few, but for finished exports.
constexpr std::size_t kFilesMax = 50'000;
constexpr unsigned kOthers = 07, kGroup = 070, kGroupWrites = 020, kOthersWrite = 02;

std::optional<struct stat> status_of(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  return info;
}

Check check_owner_account(const Appliance& appliance) {
  if (appliance.owner)
    return well("owner.account", fmt::format("the appliance belongs to the user {}", appliance.owner->name));
  if (appliance.installed)
    return wrong("owner.account", fmt::format("there is no user {}", apps::kServiceUser),
                 "make it, then give it the files", appliance.by_root(std::string(apps::kMakeServiceUser)));
  return wrong("owner.account",
               fmt::format("the data folder {} is not there, so nobody knows whose the appliance is",
                           appliance.config.data.string()),
               "mount its file system, or put a backup back: docs/backup.md");
}

bool can_read(const struct stat& info, const apps::Account& account) {
  if (account.uid == 0) return true;
  if (info.st_uid == account.uid) return (info.st_mode & S_IRUSR) != 0;
  if (info.st_gid == account.gid) return (info.st_mode & S_IRGRP) != 0;
  return (info.st_mode & S_IROTH) != 0;
}

Check check_configuration(const Appliance& appliance) {
  const auto& file = appliance.config.file;
  const auto path = apps::shell_word(file.string());
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return wrong("owner.configuration", file.string() + " is gone", "put it back");
  if (info.st_uid != 0 && info.st_uid != appliance.owner->uid)
    return wrong(
        "owner.configuration",
        fmt::format("{} belongs to {}, who can change it", file.string(), apps::user_name(info.st_uid)),
        "give it to root and its group to the appliance's user",
        appliance.by_root(fmt::format("chown root:{} {}", appliance.owner->gid, path)));
  if ((info.st_mode & (kGroupWrites | kOthersWrite)) != 0)
    return wrong("owner.configuration", file.string() + " can be written by others than its owner",
                 "take that right away", appliance.by_root(fmt::format("chmod go-w {}", path)));
  if (!can_read(info, *appliance.owner))
    return wrong(
        "owner.configuration", fmt::format("{} cannot be read by {}", file.string(), appliance.owner->name),
        "let the user's group read it",
        appliance.by_root("sh -c " + apps::shell_word(fmt::format("chown root:{} {} && chmod 640 {}",
                                                                  appliance.owner->gid, path, path))));
  return well("owner.configuration", fmt::format("{} is written by its owner alone", file.string()));
}

/// Files that nobody but the appliance's user may read.
std::vector<fs::path> secret_files(const apps::Config& config) {
  std::vector<fs::path> out{config.keys.log, config.keys.clock, config.keys.signer_key};
  if (config.keys.vault.kind != vault::KekSource::Kind::credential) out.push_back(config.keys.vault.file);
  out.push_back(config.keys.tls_key);
  for (const auto& one : config.oidc) out.push_back(one.client_secret_file);
  for (const auto& one : config.notify) {
    if (const auto* webhook = std::get_if<apps::WebhookSettings>(&one.how))
      out.push_back(webhook->secret.file);
    if (const auto* email = std::get_if<apps::EmailSettings>(&one.how)) out.push_back(email->password.file);
  }
  for (const auto& one : config.streams) {
    if (const auto* post = std::get_if<apps::PostStream>(&one.how)) out.push_back(post->token.file);
    if (const auto* kafka = std::get_if<apps::KafkaStream>(&one.how)) out.push_back(kafka->password.file);
  }
  for (const auto& one : config.tlog.mirrors) out.push_back(one.token.file);
  out.push_back(config.witness.key);
  std::erase_if(out, [](const auto& path) { return path.empty(); });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void check_secret(const Appliance& appliance, const fs::path& path, Checks& out) {
  const auto info = status_of(path);
  // That it is missing is said of what needs it.
  if (!info) return;
  const auto id = "owner.secret/" + path.filename().string();
  if (info->st_uid != appliance.owner->uid) {
    out.push_back(
        wrong(id,
              fmt::format("{} belongs to {}, not to {}", path.string(), apps::user_name(info->st_uid),
                          appliance.owner->name),
              "give it to the appliance's user",
              appliance.by_root(fmt::format("chown {}:{} {}", appliance.owner->uid, appliance.owner->gid,
                                            apps::shell_word(path.string())))));
  } else if ((info->st_mode & (kGroup | kOthers)) != 0 && !S_ISLNK(info->st_mode)) {
    out.push_back(
        wrong(id, fmt::format("{} can be read by others than its owner", path.string()),
              "take that right away; who read it may have a copy: docs/keys.md says how keys are rotated",
              appliance.by_owner("chmod 600 " + apps::shell_word(path.string()))));
  }
}

void check_folder(const Appliance& appliance, const std::string& name, const fs::path& folder, bool secret,
                  Checks& out) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return;
  const auto id = "owner.folder/" + name;
  const auto path = apps::shell_word(folder.string());
  const auto* closed = secret ? "go-rwx" : "g-w,o-rwx";
  if (info.st_uid != appliance.owner->uid) {
    out.push_back(wrong(
        id,
        fmt::format("{} belongs to {}, not to {}", folder.string(), apps::user_name(info.st_uid),
                    appliance.owner->name),
        "give it to the appliance's user",
        appliance.by_root(fmt::format("chown {}:{} {}", appliance.owner->uid, appliance.owner->gid, path))));
  } else if ((info.st_mode & (kGroupWrites | kOthersWrite)) != 0) {
    out.push_back(wrong(id, folder.string() + " can be written by others than its owner",
                        "take that right away",
                        appliance.by_owner(fmt::format("chmod {} {}", closed, path))));
  } else if ((info.st_mode & (secret ? kGroup | kOthers : kOthers)) != 0) {
    out.push_back(doubtful(id, folder.string() + " can be entered by others", "take that right away",
                           appliance.by_owner(fmt::format("chmod {} {}", closed, path))));
  }
}

/// Files below that are somebody else's: made by root, they stop the daemon.
void check_below(const Appliance& appliance, const std::string& name, const fs::path& folder, Checks& out) {
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  std::size_t looked = 0, strange = 0;
  fs::path first;
  for (; !error && at != fs::recursive_directory_iterator() && looked < kFilesMax; at.increment(error)) {
    ++looked;
    // A file system of its own has it, for root.
    if (at->path().filename() == "lost+found") {
      at.disable_recursion_pending();
      continue;
    }
    const auto info = status_of(at->path());
    if (!info || info->st_uid == appliance.owner->uid) continue;
    if (strange++ == 0) first = at->path();
  }
  if (strange == 0) return;
  out.push_back(
      wrong("owner.files/" + name,
            fmt::format("{} of what is in {} belongs to others than {}; the first is {}", strange,
                        folder.string(), appliance.owner->name, first.string()),
            "give all of it to the appliance's user",
            appliance.by_root(fmt::format("chown -R {}:{} {}", appliance.owner->uid, appliance.owner->gid,
                                          apps::shell_word(folder.string())))));
}

}  // namespace

Checks check_ownership(const Appliance& appliance) {
  Checks out{check_owner_account(appliance)};
  if (!appliance.owner) return out;
  const auto& config = appliance.config;
  out.push_back(check_configuration(appliance));
  const auto before = out.size();
  for (const auto& path : secret_files(config)) check_secret(appliance, path, out);
  check_folder(appliance, "keys", config.keys.log.parent_path(), true, out);
  check_folder(appliance, "data", config.data, false, out);
  check_folder(appliance, "heads", config.heads, false, out);
  for (const auto& region : config.regions) {
    const auto folder = config.region_files(region).folder;
    check_folder(appliance, region.value(), folder, false, out);
    check_below(appliance, region.value(), folder, out);
  }
  check_below(appliance, "heads", config.heads, out);
  if (out.size() == before)
    out.push_back(well("owner.files", "keys, data and heads are the user's, and closed to others"));
  return out;
}

}  // namespace countersign::doctor
