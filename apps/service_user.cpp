#include "apps/service_user.h"

#include <fmt/format.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultConfig = "/etc/countersign/countersign.toml";
constexpr std::string_view kHidden = "…";

bool names_configuration(const std::string& word) {
  return word == "--config" || word == "-c" || word.starts_with("--config=");
}

}  // namespace

std::optional<Account> account_named(const std::string& name) {
  const auto* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return Account{name, entry->pw_uid, entry->pw_gid};
}

std::string user_name(::uid_t uid) {
  const auto* entry = ::getpwuid(uid);
  return entry != nullptr ? std::string(entry->pw_name) : fmt::format("#{}", uid);
}

std::optional<::uid_t> owner_of(const fs::path& path) {
  struct stat info {};
  auto at = fs::absolute(path).lexically_normal();
  while (::stat(at.c_str(), &info) != 0) {
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  return info.st_uid;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string out = "'";
  for (const char c : text) c == '\'' ? void(out += "'\\''") : out.push_back(c);
  return out + "'";
}

std::string shell_command(const std::vector<std::string>& words) {
  std::string out;
  bool hidden = false;
  for (const auto& word : words) {
    if (!out.empty()) out += ' ';
    if (hidden) {
      out += kHidden;
    } else if (word.starts_with("--token=")) {
      out += "--token=" + std::string(kHidden);
    } else {
      out += shell_word(word);
    }
    hidden = !hidden && word == "--token";
  }
  return out;
}

std::string as_user(const std::string& user, const std::string& command) {
  const bool sudo = ::access("/usr/bin/sudo", X_OK) == 0;
  return fmt::format("{} -u {} {}{}", sudo ? "sudo" : "runuser", shell_word(user), sudo ? "" : "-- ",
                     command);
}

base::Result<void> check_not_root(const Config& config, ::uid_t runs_as, std::vector<std::string> words) {
  if (runs_as != 0) return {};
  const auto owner = owner_of(config.data);
  if (!owner || *owner == 0) return {};
  if (config.file != kDefaultConfig && std::none_of(words.begin(), words.end(), names_configuration))
    words.insert(words.begin() + (words.empty() ? 0 : 1), {"--config", config.file.string()});
  const auto user = user_name(*owner);
  return base::fail(base::Code::permission_denied,
                    fmt::format("the data in {} belongs to {}; what root writes there would stop the daemon. "
                                "Nothing was done; run: {}",
                                config.data.string(), user, as_user(user, shell_command(words))));
}

base::Result<Config> load_own_config(const fs::path& file, ::uid_t runs_as, std::vector<std::string> words) {
  TRY_ASSIGN(auto config, load_config(file));
  TRY(check_not_root(config, runs_as, std::move(words)));
  return config;
}

}  // namespace countersign::apps
