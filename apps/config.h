#pragma once

#include "apps/answers_settings.h"
#include "apps/config_changes.h"
#include "apps/documents_settings.h"
#include "apps/log_settings.h"
#include "apps/notify_settings.h"
#include "apps/scim_settings.h"
#include "apps/stream_settings.h"
#include "apps/tlog_settings.h"
#include "apps/trust_settings.h"
#include "apps/witness_settings.h"
#include "collector/http/forwarded.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/schema.h"
#include "ledger/vault/kek.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace countersign::apps {

/// The configuration file, checked, with every path made absolute. docs/configuration.md lists the members.
struct Config {
  std::filesystem::path file;
  std::string origin;
  std::filesystem::path data;
  std::vector<base::RegionId> regions;

  /// What `[region.NAME]` says of a region that is kept here.
  struct RegionPlace {
    std::filesystem::path directory;
    bool own_file_system = false;  ///< nothing else of the appliance may lie on its file system
  };
  std::map<base::RegionId, RegionPlace> places;     ///< one for each of `regions`
  std::map<base::RegionId, std::string> elsewhere;  ///< addresses of the appliances that keep other regions

  struct Listen {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8443;
    bool tls = true;
    bool client_certificates = false;  ///< clients are asked for one
    unsigned threads = 2;
    http::TrustedProxies proxies;
  } listen;

  /// A listener for syslog. Everything that comes in there is of one source.
  struct Syslog {
    std::string source;
    std::string address = "127.0.0.1";
    std::uint16_t port = 6514;
    bool tls = true;
    std::vector<base::Digest> client_certificates;  ///< SHA-256; empty: senders show none
  };
  std::vector<Syslog> syslog;

  struct Keys {
    std::filesystem::path log, clock;
    vault::KekSource vault;  ///< the key-encryption key
    std::filesystem::path signer_certificate, signer_key, tls_certificate, tls_key;
  } keys;

  std::filesystem::path heads;  ///< folder of the head memory, outside the data folder

  struct Timestamp {
    std::string url;  ///< empty: no RFC 3161 timestamps
    std::filesystem::path ca;
  } timestamp;

  double verify_every_hours = 24;  ///< how often the daemon verifies the ledgers by itself; 0: never
  double test_every_hours = 24;    ///< how often it tests the controls of each tenant by itself; 0: never

  struct Access {
    std::string address;                       ///< `https://host[:port]` as browsers see it; empty: not known
    std::filesystem::path breached_passwords;  ///< see auth::PasswordRules; may be empty
  } access;

  ConfigMembers members;  ///< the file as it was read
  LogSettings log;

  std::vector<NotifySettings> notify;   ///< `[[notify]]`: where findings go to
  std::vector<StreamSettings> streams;  ///< `[[stream]]`: what goes to SIEMs

  WitnessSettings witness;      ///< `[witness]`
  CosigningSettings cosigning;  ///< `[[witnesses]]`, `[cosigning]`

  AnswersSettings answers;      ///< `[answers]`
  DocumentsSettings documents;  ///< `[documents]`
  ScimSettings scim;
  TlogSettings tlog;               ///< `[tlog]`, `[[mirror]]`
  TrustSettings trust;             ///< `[trust]`
  std::vector<OidcSettings> oidc;  ///< `[oidc.NAME]`: providers that people sign in with

  struct Limits {
    std::uint64_t body_bytes_max = 8u << 20;
    std::uint64_t decoded_bytes_max = 32u << 20;
    std::uint64_t events_max = 10'000;
    std::uint64_t json_depth_max = 16;
    std::uint64_t header_bytes_max = 16u << 10;
    std::uint64_t connections_max = 1024;
    std::uint64_t connections_per_address_max = 256;
    std::uint64_t idle_timeout_ms = 30'000;
    std::uint64_t queue_events_max = 50'000;
    std::uint64_t queue_bytes_max = 64u << 20;
    std::uint64_t disk_reserve_bytes = 16u << 20;
    std::uint64_t mirror_reserve_bytes = 1u << 30;
    std::uint64_t checkpoint_interval_ms = 1'000;
    std::uint64_t retention_interval_s = 3'600;
    std::uint64_t monitored_records_max = 1'000'000;
    std::uint64_t step_up_records_max = 4'000'000;

    /// Of events that the appliance hands to the ledger by itself, `most` together, where its queue takes
    /// them.
    std::size_t events_at_once(std::size_t most) const {
      return std::min<std::size_t>(most, queue_events_max);
    }
  } limits;

  /// `region` is one of `regions`.
  store::RegionFiles region_files(const base::RegionId& region) const {
    return {places.at(region).directory};
  }
  bool keeps(const base::RegionId& region) const { return places.contains(region); }
  std::filesystem::path head_memory(const base::RegionId& region) const {
    return heads / (region.value() + ".heads");
  }
  /// The memory of erasures: beside that of heads, so that an older copy of the region does not bring it
  /// back.
  std::filesystem::path erasures(const base::RegionId& region) const {
    return heads / (region.value() + ".erasures");
  }
  std::filesystem::path holds(const base::RegionId& region) const {
    return heads / (region.value() + ".holds");
  }
  std::filesystem::path registry() const { return data / "registry.json"; }
  std::filesystem::path retention() const { return data / "retention.json"; }
  /// Orders to rotate keys. No region can have the name.
  std::filesystem::path key_orders() const { return data / "keys.orders"; }
  /// Keys of the repositories that backups were made to.
  std::filesystem::path backup_keys() const { return data / "backups.json"; }
  /// Held shared by whoever seals under the key-encryption key, alone by its rotation.
  std::filesystem::path kek_lock() const { return data / "kek.lock"; }
  std::filesystem::path accounts() const { return data / "accounts.sqlite"; }
  std::filesystem::path source_book() const { return data / "sources.json"; }
  std::filesystem::path operator_book() const { return data / "operators.json"; }
};

/// Where the configuration is when no option says so: $COUNTERSIGN_CONFIG, else
/// /etc/countersign/countersign.toml.
std::filesystem::path default_config_file();

/// Reads and checks a configuration file. invalid_argument names the member and what would be right; a member
/// that is not known is refused, so that a misspelt limit cannot pass unnoticed.
base::Result<Config> load_config(const std::filesystem::path& file);

}  // namespace countersign::apps
