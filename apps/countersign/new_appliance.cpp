#include "apps/countersign/new_appliance.h"

#include "apps/countersign/command.h"
#include "apps/countersign/unfinished.h"
#include "apps/keys.h"
#include "apps/signer.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/server_certificate.h"
#include "ledger/crypto/x509.h"
#include "ledger/store/schema.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

constexpr std::int64_t kMicrosPerDay = 86'400LL * 1'000'000;
constexpr std::int64_t kCertificateDays = 3650;
constexpr unsigned kFolderMode = 0750, kKeysMode = 0700;

/// Makes files as another account, as long as it lives: what is made is that account's, and what lies in its
/// folders cannot lead root anywhere. Without an account it does nothing. One thread.
class AsOwner {
 public:
  static base::Result<AsOwner> become(const std::optional<Account>& owner) {
    AsOwner out;
    if (!owner) return out;
    out.changed_ = true;
    // The group first: without root's id it could not be changed.
    if (::setgroups(0, nullptr) != 0 || ::setegid(owner->gid) != 0 || ::seteuid(owner->uid) != 0)
      return base::os_error("act as the user", owner->name);
    return out;
  }
  ~AsOwner() {
    // A process that cannot become itself again must not go on.
    if (changed_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
  }
  AsOwner(AsOwner&& other) noexcept : changed_(std::exchange(other.changed_, false)) {}
  AsOwner& operator=(AsOwner&&) = delete;

 private:
  AsOwner() = default;
  bool changed_ = false;
};

/// Makes a folder where there is none. It becomes the owner's, with that mode.
base::Result<void> make_folder(const fs::path& folder, unsigned mode, const std::optional<Account>& owner) {
  std::error_code ignored;
  const bool there = fs::is_directory(folder, ignored);
  TRY(base::make_folders_durably(folder));
  if (there && !owner) return {};
  TRY_ASSIGN(const auto open, base::OpenFile::open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (owner && ::fchown(open.descriptor(), owner->uid, owner->gid) != 0)
    return base::os_error("give away", folder);
  if (::fchmod(open.descriptor(), mode) != 0) return base::os_error("set the mode of", folder);
  return {};
}

base::Result<void> make_certificate(const fs::path& key_file, const fs::path& certificate_file,
                                    crypto::CertificateRequest request) {
  TRY_ASSIGN(const auto key, crypto::SigningKey::generate());
  request.not_before = base::system_clock()();
  request.not_after = {request.not_before.micros + kCertificateDays * kMicrosPerDay};
  TRY_ASSIGN(auto certificate, crypto::make_self_signed(key, request));
  const auto pem = key.to_pem();
  TRY(base::create_file_durably(key_file, base::text_of(pem.view()), base::FileMode::secret));
  return base::create_file_durably(certificate_file, certificate.to_pem(), base::FileMode::readable);
}

base::Result<base::Digest> make_keys(const Config& config, const std::vector<std::string>& tls_names) {
  const auto entropy = crypto::system_entropy();
  TRY(create_log_key(config.keys.log, config.origin, entropy));
  TRY(create_log_key(config.keys.clock, config.origin, entropy));
  TRY(vault::create_key_encryption_key(config.keys.vault.file, entropy));
  crypto::CertificateRequest tls;
  tls.common_name = "Countersign collector";
  tls.use = crypto::CertificateUse::tls_server;
  tls.dns_names = {"localhost"};
  tls.ip_addresses = {"127.0.0.1", "::1"};
  for (const auto& name : tls_names) {
    auto& names = crypto::is_address(name) ? tls.ip_addresses : tls.dns_names;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  TRY(make_certificate(config.keys.tls_key, config.keys.tls_certificate, tls));
  TRY_ASSIGN(const auto signer, make_signer(config));
  const auto pem = signer.key.to_pem();
  TRY(base::create_file_durably(config.keys.signer_key, base::text_of(pem.view()), base::FileMode::secret));
  TRY(base::create_file_durably(config.keys.signer_certificate, signer.certificate.to_pem(),
                                base::FileMode::readable));
  return signer.certificate.fingerprint();
}

/// The configuration of a text that has no file yet.
base::Result<Config> read_draft(const fs::path& draft, const std::string& text) {
  TRY(base::write_file_durably(draft, text, base::FileMode::readable));
  auto config = load_config(draft);
  std::error_code ignored;
  fs::remove(draft, ignored);
  return config;
}

/// Root's, and readable for the owner's group alone.
base::Result<void> make_configuration(const ApplianceLayout& layout, const std::string& text) {
  if (!layout.owner) return base::create_file_durably(layout.config, text, base::FileMode::readable);
  const auto mask = ::umask(027);
  auto done = ::setegid(layout.owner->gid) == 0
                  ? base::create_file_durably(layout.config, text, base::FileMode::readable)
                  : base::Result<void>(base::os_error("act as the group of", layout.owner->name));
  if (::setegid(0) != 0) std::abort();
  ::umask(mask);
  return done;
}

base::Result<base::Digest> make_all(const ApplianceLayout& layout, const NewConfig& choices,
                                    const std::vector<std::string>& tls_names) {
  const auto text = new_config_text(choices);
  TRY_ASSIGN(const auto config, read_draft(draft_of(layout), text));
  if (layout.owner) TRY(make_folder(layout.data.parent_path(), kFolderMode, layout.owner));
  TRY(make_folder(layout.keys, kKeysMode, layout.owner));
  TRY(make_folder(layout.data, kFolderMode, layout.owner));
  TRY(make_folder(layout.heads, kFolderMode, layout.owner));
  base::Digest fingerprint;
  {
    TRY_ASSIGN(const auto owner, AsOwner::become(layout.owner));
    TRY_ASSIGN(fingerprint, make_keys(config, tls_names));
    for (const auto& region : config.regions) TRY(make_region(config, region));
  }
  TRY(make_configuration(layout, text));
  return fingerprint;
}

base::Result<void> check_is_new(const ApplianceLayout& layout) {
  std::error_code ignored;
  for (const auto& path : {layout.keys, layout.data, layout.heads}) {
    for (const auto& entry : fs::directory_iterator(path, ignored)) {
      if (entry.path().filename() == "lost+found") continue;
      return fail(
          Code::already_exists,
          fmt::format("{} holds files already, but {} is not there: put back the configuration of that "
                      "appliance, or move the files away. Nothing was changed",
                      path.string(), layout.config.string()));
    }
  }
  return {};
}

}  // namespace

fs::path draft_of(const ApplianceLayout& layout) {
  return layout.config.parent_path() / ".countersign.toml.draft";
}

ApplianceLayout folder_layout(const fs::path& folder) {
  const auto whole = fs::absolute(folder).lexically_normal();
  return {whole / "countersign.toml", whole / "keys", whole / "data", whole / "heads", std::nullopt};
}

ApplianceLayout system_layout(const Account& owner) {
  const fs::path etc = "/etc/countersign", var = "/var/lib/countersign";
  return {etc / "countersign.toml", etc / "keys", var / "data", var / "heads", owner};
}

base::Result<void> check_has_no_configuration(const ApplianceLayout& layout) {
  std::error_code ignored;
  if (!fs::exists(layout.config, ignored)) return {};
  if (Unfinished::is_marked(layout)) {
    if (auto outlived = Unfinished::begin(layout)) outlived->end();
  }
  return fail(Code::already_exists,
              fmt::format("{} is there already, so there is an appliance; another one is made in a folder of "
                          "its own with --dir. Nothing was changed",
                          layout.config.string()));
}

base::Result<base::Digest> make_appliance(const ApplianceLayout& layout, const NewConfig& choices,
                                          const std::vector<std::string>& tls_names) {
  TRY(check_has_no_configuration(layout));
  TRY(make_folder(layout.config.parent_path(), layout.owner ? 0755 : kFolderMode, std::nullopt));
  TRY_ASSIGN(auto unfinished, Unfinished::begin(layout));
  // Another run may have come to its end meanwhile.
  auto is_new = check_has_no_configuration(layout);
  if (is_new && !unfinished.region().empty() && !Unfinished::is_in_use(layout, unfinished.region())) {
    Unfinished::take_away_drafts(layout);
    TRY_ASSIGN(const auto owner, AsOwner::become(layout.owner));
    Unfinished::take_away(layout, unfinished.region());
  }
  if (is_new) is_new = check_is_new(layout);
  if (!is_new) {
    unfinished.end();
    return fail(is_new.error());
  }
  TRY(unfinished.note(choices.region));
  auto made = make_all(layout, choices, tls_names);
  std::error_code ignored;
  if (!made && !fs::exists(layout.config, ignored)) {
    Unfinished::take_away_drafts(layout);
    TRY_ASSIGN(const auto owner, AsOwner::become(layout.owner));
    Unfinished::take_away(layout, choices.region);
  }
  unfinished.end();
  return made;
}

base::Result<void> make_region(const Config& config, const base::RegionId& region) {
  TRY(base::make_folders_durably(config.data));
  // No key-encryption key takes over until the vault's keys are sealed under the one that is read here.
  TRY_ASSIGN(const auto held, hold_kek(config));
  TRY_ASSIGN(const auto keys, read_log_keys(config));
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  const auto files = config.region_files(region);
  TRY(base::make_folders_durably(files.folder));
  TRY(base::make_folders_durably(files.bundles()));
  TRY(vault::create_vault(files.vault(), kek.newest(), crypto::system_entropy()));
  TRY(store::create_ledger(files.ledger(),
                           {config.origin, region, std::string(base::text_of(keys.log->public_key())),
                            std::string(base::text_of(keys.clock->public_key()))}));
  return {};
}

}  // namespace countersign::apps
