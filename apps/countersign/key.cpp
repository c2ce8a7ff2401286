#include "apps/countersign/command.h"
#include "apps/countersign/waiting.h"
#include "apps/key_listing.h"
#include "apps/keys.h"
#include "apps/rotating.h"
#include "apps/signer.h"
#include "apps/system_events.h"
#include "ledger/base/encoding.h"
#include "ledger/vault/keys.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::string_view kSigner = "signer";

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto listing, list_keys(config));
  std::string text = fmt::format("{:<8} {:<36} {:<40} {}\n", "KEY", "ID", "WHERE", "STATE");
  for (const auto& one : listing.keys)
    text += fmt::format("{:<8} {:<36} {:<40} {}\n", one.at("key").as_string().c_str(),
                        one.at("id").as_string().c_str(), one.at("where").as_string().c_str(),
                        one.at("state").as_string().c_str());
  print(context, listing.keys, text);
  if (listing.wrong) return base::fail(*listing.wrong);
  return 0;
}

base::Result<RotationReport> wait_for_rotation(const Config& config, const std::string& id) {
  return wait_for_report(
      config.region_files(config.regions.front()).lock(), [&] { return take_rotation_report(config, id); },
      "countersignd is still at it, or waits for something that its log names. The order stays; see: "
      "countersign key list");
}

void print_rotation(const Context& context, const std::string& key, const RotationReport& report) {
  print(context,
        boost::json::object{
            {"key", key}, {"before", report.before}, {"since", report.since}, {"advice", report.advice}},
        fmt::format("The key {} is rotated: {} took over from {}. It is recorded in the system log.\n{}{}",
                    key, report.since, report.before,
                    report.advice.empty() ? "" : "\nWhat is left to do: ", report.advice));
}

base::Result<int> rotate_signer(const Context& context, const Config& config) {
  std::string before = "none";
  if (const auto held = read_signer(config)) before = base::to_hex(held->certificate.fingerprint().view());
  TRY_ASSIGN(const auto next, prepare_next_signer(config));
  const auto since = base::to_hex(next.certificate.fingerprint().view());
  for (const auto& region : config.regions) {
    // The id makes it one event, also where a crash has it left twice.
    const auto event = rotation_event("key.rotated." + since.substr(0, 32), kSigner, before, since);
    auto left = leave_in_outbox(config.region_files(region), event);
    if (!left && left.error().code != base::Code::already_exists) return base::fail(left.error());
  }
  TRY(switch_signer(config));
  print_rotation(
      context, std::string(kSigner),
      {before,
       since,
       "give auditors the new certificate's fingerprint over another channel; the certificate before stays "
       "beside it, and bundles that it signed verify as ever",
       {}});
  return 0;
}

base::Result<int> rotate(const Context& context, const std::string& which) {
  TRY_ASSIGN(const auto config, load(context));
  if (which == kSigner) return rotate_signer(context, config);
  TRY_ASSIGN(const auto id, leave_rotation_order(config, *parse_rotated_key(which)));
  TRY_ASSIGN(const auto report, wait_for_rotation(config, id));
  if (!report.error.empty()) return base::fail(base::Code::failed_precondition, report.error);
  print_rotation(context, which, report);
  return 0;
}

base::Result<int> seal_kek(const Context& context, const std::string& from) {
  TRY_ASSIGN(const auto config, load(context));
  const auto& source = config.keys.vault;
  if (source.kind != vault::KekSource::Kind::token)
    return base::fail(
        base::Code::failed_precondition,
        "set keys.vault to the pkcs11: URI of a key on the token and keys.vault_sealed to the file "
        "that the sealed key goes to; then run this again");
  TRY_ASSIGN(const auto key, vault::read_key_encryption_key(std::filesystem::path(from)));
  // A key that is not the vaults' would only show at the next start.
  for (const auto& region : config.regions) {
    TRY_ASSIGN(const auto keys, vault::open_keys(config.region_files(region).vault(), vault::Kek(key)));
  }
  TRY(vault::store_key_encryption_key(source, key, crypto::system_entropy()));
  print(context, boost::json::object{{"sealed", source.file.string()}, {"id", vault::key_id(key)}},
        fmt::format(
            "The key-encryption key {} is sealed by the token in {}. Restart countersignd, keep a copy of {} "
            "elsewhere, and then rotate the sealed file's key (countersign key rotate kek), because it has "
            "stood on the disk in the clear.\n",
            vault::key_id(key), source.file.string(), from));
  return 0;
}

}  // namespace

void add_key(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "key", "List and rotate the appliance's keys", "countersign key rotate vault");
  command->require_subcommand(1);
  auto* listing =
      add_command(*command, "list",
                  "Which keys are in use, from where, and whether each can be read and belongs to its "
                  "files",
                  "countersign key list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto which = std::make_shared<std::string>();
  auto* rotating = add_command(
      *command, "rotate", "Let a fresh key take over while the appliance serves; recorded in the system log",
      "countersign key rotate vault");
  rotating
      ->add_option("key", *which,
                   "kek: the key-encryption key; vault: the vaults' data and look-up keys; log, clock: sign "
                   "checkpoints; signer: signs bundles")
      ->required()
      ->check(CLI::IsMember({"kek", "vault", "log", "clock", "signer"}));
  rotating->callback(
      [&context, which] { context.run = [&context, which] { return rotate(context, *which); }; });
  auto from = std::make_shared<std::string>();
  auto* sealing = add_command(*command, "seal-kek",
                              "Have the PKCS #11 token that keys.vault names seal the key-encryption key, "
                              "which stood in a file before",
                              "countersign key seal-kek --from keys/vault.key");
  sealing->add_option("--from", *from, "File with the key-encryption key")
      ->required()
      ->check(CLI::ExistingFile);
  sealing->callback(
      [&context, from] { context.run = [&context, from] { return seal_kek(context, *from); }; });
}

}  // namespace countersign::apps
