#include "apps/countersign/command.h"
#include "apps/keys.h"
#include "apps/signer.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/x509.h"
#include "ledger/store/schema.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400LL * 1'000'000;
constexpr std::int64_t kCertificateDays = 3650;

struct Options {
  std::string origin;
  std::string region;
  std::filesystem::path folder = ".";
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;
  bool plain_http = false;
  std::vector<std::string> tls_names;
};

base::Result<crypto::Certificate> make_certificate(const std::filesystem::path& key_file,
                                                   const std::filesystem::path& certificate_file,
                                                   crypto::CertificateRequest request) {
  TRY_ASSIGN(const auto key, crypto::SigningKey::generate());
  request.not_before = base::system_clock()();
  request.not_after = {request.not_before.micros + kCertificateDays * kMicrosPerDay};
  TRY_ASSIGN(auto certificate, crypto::make_self_signed(key, request));
  const auto pem = key.to_pem();
  TRY(base::create_file_durably(key_file, base::text_of(pem.view()), base::FileMode::secret));
  TRY(base::create_file_durably(certificate_file, certificate.to_pem(), base::FileMode::readable));
  return certificate;
}

base::Result<crypto::Certificate> make_keys(const Config& config, const Options& options) {
  const auto entropy = crypto::system_entropy();
  TRY(base::make_folders_durably(config.keys.log.parent_path()));
  TRY(create_log_key(config.keys.log, config.origin, entropy));
  TRY(create_log_key(config.keys.clock, config.origin, entropy));
  TRY(vault::create_key_encryption_key(config.keys.vault.file, entropy));
  crypto::CertificateRequest tls;
  tls.common_name = "Countersign collector";
  tls.use = crypto::CertificateUse::tls_server;
  tls.dns_names = {"localhost"};
  tls.ip_addresses = {"127.0.0.1", "::1"};
  for (const auto& name : options.tls_names) {
    const bool address =
        name.find_first_not_of("0123456789.") == std::string::npos || name.find(':') != std::string::npos;
    (address ? tls.ip_addresses : tls.dns_names).push_back(name);
  }
  TRY(make_certificate(config.keys.tls_key, config.keys.tls_certificate, tls));
  TRY_ASSIGN(auto signer, make_signer(config));
  const auto pem = signer.key.to_pem();
  TRY(base::create_file_durably(config.keys.signer_key, base::text_of(pem.view()), base::FileMode::secret));
  TRY(base::create_file_durably(config.keys.signer_certificate, signer.certificate.to_pem(),
                                base::FileMode::readable));
  return std::move(signer.certificate);
}

base::Result<void> make_regions(const Config& config) {
  for (const auto& region : config.regions) TRY(make_region(config, region));
  return {};
}

base::Result<int> init(const Context& context, const Options& options) {
  TRY(base::parse_origin(options.origin));
  TRY(base::parse_region(options.region));
  const auto folder = std::filesystem::absolute(options.folder).lexically_normal();
  const auto file = folder / "countersign.toml";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) || std::filesystem::exists(folder / "keys", ignored) ||
      std::filesystem::exists(folder / "data", ignored))
    return base::fail(
        base::Code::already_exists,
        fmt::format("{} already holds an appliance; choose another folder with --dir. Nothing was changed",
                    folder.string()));
  TRY(base::make_folders_durably(folder));
  const NewConfig choices{options.origin,  options.region, "data",
                          options.address, options.port,   !options.plain_http};
  // The configuration comes last: a folder that has one is complete.
  const auto draft = folder / ".countersign.toml.draft";
  TRY(base::write_file_durably(draft, new_config_text(choices), base::FileMode::readable));
  TRY_ASSIGN(const auto config, load_config(draft));
  TRY_ASSIGN(const auto signer, make_keys(config, options));
  TRY(base::make_folders_durably(config.heads));
  TRY(make_regions(config));
  TRY(base::create_file_durably(file, new_config_text(choices), base::FileMode::readable));
  std::filesystem::remove(draft, ignored);
  const auto fingerprint = base::to_hex(signer.fingerprint().view());
  print(context,
        boost::json::object{{"config", file.string()},
                            {"origin", options.origin},
                            {"region", options.region},
                            {"signer_fingerprint", fingerprint}},
        fmt::format("An appliance for {}/{} is in {}\n\n"
                    "Bundles are signed by the certificate with the SHA-256 fingerprint\n  {}\n"
                    "Give it to auditors over another channel. Keep copies of {}: without the vault "
                    "key,\npersonal values cannot be read.\n\n"
                    "Next:\n  export COUNTERSIGN_CONFIG={}\n  countersignd &\n  countersign tenant add acme "
                    "&& countersign source add my-app --tenant acme\n",
                    options.origin, options.region, folder.string(), fingerprint, (folder / "keys").string(),
                    file.string()));
  return 0;
}

}  // namespace

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

void add_init(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "init", "Make a new appliance: configuration, keys, certificates and an empty ledger",
                  "countersign init --origin evidence.example.com --region eu-1 --dir /etc/countersign");
  command
      ->add_option("--origin", options->origin,
                   "First part of every log's name: a domain of yours, without https://")
      ->required();
  command->add_option("--region", options->region, "Region that the data stays in")->required();
  command->add_option("--dir", options->folder, "Folder to make it in (the current one)");
  command->add_option("--address", options->address, "Address to listen on");
  command->add_option("--port", options->port, "Port to listen on")->check(CLI::Range(1, 65535));
  command->add_option("--tls-name", options->tls_names,
                      "Further host name or address for the self-signed TLS certificate; may be given again");
  command->add_flag("--plain-http", options->plain_http, "Listen without TLS; on loopback only");
  command->callback(
      [&context, options] { context.run = [&context, options] { return init(context, *options); }; });
}

}  // namespace countersign::apps
