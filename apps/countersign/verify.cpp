#include "apps/bundle_report.h"
#include "apps/countersign/command.h"
#include "apps/countersign/live_witnesses.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/witness_policy.h"
#include "apps/ledger_verified.h"
#include "apps/system_events.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/tree/note_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 20;

struct Options {
  std::string bundle;
  std::string data;
  std::vector<std::string> fingerprints, log_keys, checkpoints;
  std::string tsa_ca;
  bool pages = false;
  bool recompute = false;
  WitnessOptions witnesses;
};

base::Result<base::Digest> fingerprint_of(std::string text) {
  if (text.starts_with("SHA256:") || text.starts_with("sha256:")) text.erase(0, 7);
  std::erase(text, ':');
  auto digest = base::digest_from_hex(text);
  if (!digest)
    return base::fail(
        base::Code::invalid_argument,
        "--fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits, with or without colons");
  return digest;
}

base::Result<std::vector<std::string>> read_all(const std::vector<std::string>& files) {
  std::vector<std::string> contents;
  for (const auto& file : files) {
    TRY_ASSIGN(auto content, base::read_file(file, kFileBytesMax));
    contents.push_back(std::move(content));
  }
  return contents;
}

base::Result<std::vector<tree::NoteVerifier>> read_vkeys(const std::vector<std::string>& texts) {
  std::vector<tree::NoteVerifier> keys;
  for (const auto& text : texts) {
    TRY_ASSIGN(auto key, tree::NoteVerifier::parse(text));
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string_view mark_of(verify::CheckState state) {
  switch (state) {
    case verify::CheckState::passed:
      return "ok  ";
    case verify::CheckState::failed:
      return "FAIL";
    case verify::CheckState::not_claimed:
      return "-   ";
    case verify::CheckState::not_checked:
      return "?   ";
  }
  return "";
}

std::string text_of(const verify::VerifyReport& report) {
  std::string text;
  for (const auto& check : report.checks)
    text += fmt::format("{} {}\n", mark_of(check.state), check.sentence);
  text += "\n";
  for (const auto& promise : report.promises)
    text += fmt::format("{:<15} {}  {}\n", promise.word, promise.proven ? "proven    " : "not proven",
                        promise.sentence);
  if (!report.profile.empty())
    text += fmt::format("personal values {}{}\n", report.profile,
                        report.recipient.empty() ? "" : ", made for " + report.recipient);
  if (report.first_wrong)
    text +=
        fmt::format("\nThe first wrong record is {}: {}\n", report.first_wrong->seq, report.first_wrong->why);
  return text + "\n" + report.sentence + "\n";
}

base::Result<int> verify_file(const Context& context, const Options& options) {
  verify::VerifyOptions how;
  for (const auto& text : options.fingerprints) {
    TRY_ASSIGN(const auto digest, fingerprint_of(text));
    how.certificates.push_back(digest);
  }
  how.log_vkeys = options.log_keys;
  TRY_ASSIGN(how.witnesses, read_policy(options.witnesses));
  if (options.recompute) how.recompute = recompute_report;
  TRY_ASSIGN(how.known_checkpoints, read_all(options.checkpoints));
  if (!options.tsa_ca.empty()) {
    TRY_ASSIGN(const auto pem, base::read_file(options.tsa_ca, kFileBytesMax));
    TRY_ASSIGN(how.timestamp_authorities, crypto::read_certificates(pem));
  }
  Progress progress("verifying");
  TRY_ASSIGN(const auto report,
             verify::verify_bundle(options.bundle, how,
                                   [&](std::string_view, std::uint64_t done, std::uint64_t total) {
                                     progress.show(done, total);
                                   }));
  progress.clear();
  print(context, report.to_json(), text_of(report));
  switch (report.verdict) {
    case verify::Verdict::verified:
      return 0;
    case verify::Verdict::intact_but_identity_not_checked:
      return kExitIdentityNotChecked;
    case verify::Verdict::failed:
      break;
  }
  return exit_code(base::Code::data_loss);
}

/// The ledgers below a folder: of one region, or of each region in a data folder.
std::vector<std::filesystem::path> ledgers_in(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(folder, ignored)) return {folder};
  if (std::filesystem::exists(folder / "ledger.sqlite", ignored)) return {folder / "ledger.sqlite"};
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (std::filesystem::exists(entry.path() / "ledger.sqlite", ignored))
      found.push_back(entry.path() / "ledger.sqlite");
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct LiveReport {
  bool right = true;
  bool pinned = false;
  boost::json::array ledgers;
  std::string text;
};

/// Those that a policy names for logs of a ledger.
base::Result<std::vector<tree::NoteVerifier>> keys_for(const std::filesystem::path& file,
                                                       const tree::WitnessPolicy& policy) {
  TRY_ASSIGN(const auto ledger, store::LedgerReader::open(file));
  const auto& identity = ledger.identity();
  std::vector<tree::NoteVerifier> out;
  for (const auto& key : policy.logs()) {
    const auto tenant = base::tenant_of(base::LogName{key.name()});
    if (key.name() == base::log_name(identity.origin, identity.region, tenant).text) out.push_back(key);
  }
  return out;
}

base::Result<store::LedgerReport> verify_one(const std::filesystem::path& file, const Options& options,
                                             const std::optional<tree::WitnessPolicy>& policy,
                                             const store::HeadMemory* heads, LiveReport& all) {
  store::VerifyLedgerOptions how;
  how.pages = options.pages;
  how.heads = heads;
  TRY_ASSIGN(how.known_checkpoints, read_all(options.checkpoints));
  TRY_ASSIGN(auto keys, read_vkeys(options.log_keys));
  if (keys.empty() && policy) {
    TRY_ASSIGN(keys, keys_for(file, *policy));
  }
  if (!keys.empty()) how.log_key = &keys.front().public_key();
  all.pinned = all.pinned || !keys.empty() || !how.known_checkpoints.empty() || heads != nullptr;
  Progress progress("verifying records");
  TRY_ASSIGN(const auto report,
             store::verify_ledger(file, how, [&](std::uint64_t done) { progress.show(done); }));
  boost::json::array logs, faults, retired;
  for (const auto& log : report.logs) {
    logs.push_back({{"log", log.name.text},
                    {"records", log.records},
                    {"checkpoints", log.checkpoints},
                    {"checkpointed", log.checkpointed},
                    {"root", base::to_base64(log.root.view())}});
    all.text += fmt::format("{:<48} {:>10} records, {:>6} checkpoints, the newest covers {}\n", log.name.text,
                            log.records, log.checkpoints, log.checkpointed);
  }
  for (const auto& gone : report.retired) {
    retired.push_back({{"log", gone.log.text},
                       {"first", gone.begin},
                       {"last", gone.end - 1},
                       {"part", gone.part},
                       {"records", gone.records},
                       {"root", base::to_base64(gone.root.view())},
                       {"retired", base::format_rfc3339(gone.retired)},
                       {"rule", gone.rule},
                       {"keep", gone.keep}});
    all.text += fmt::format(
        "{:<48} {:>10} records between {} and {} were retired on {} under the rule {}, which keeps {}: their "
        "hashes, number and root are right\n",
        gone.log.text, gone.records, gone.begin, gone.end - 1, base::format_rfc3339(gone.retired), gone.rule,
        gone.keep);
  }
  for (const auto& fault : report.faults) {
    faults.push_back({{"log", fault.log}, {"seq", fault.seq}, {"what", fault.what}});
    all.text += fmt::format("FAIL {} {}: {}\n", fault.log.empty() ? file.string() : fault.log,
                            fault.seq >= 0 ? fmt::format("record {}", fault.seq) : std::string(), fault.what);
  }
  if (!report.pages_checked)
    all.text +=
        "The file's pages were not checked one by one, only what they hold; add --pages to do that too.\n";
  all.right = all.right && report.faults.empty();
  all.ledgers.push_back({{"file", file.string()},
                         {"logs", std::move(logs)},
                         {"sealed", report.sealed},
                         {"retired", std::move(retired)},
                         {"faults", std::move(faults)},
                         {"pages_checked", report.pages_checked}});
  return report;
}

/// How many of the named witnesses have cosigned each log.
base::Result<void> add_witnesses(const std::filesystem::path& file, const tree::WitnessPolicy& policy,
                                 LiveReport& all) {
  auto logs = witnessed_logs(file, policy);
  if (!logs && logs.error().code != base::Code::data_loss) return base::fail(logs.error());
  boost::json::array documents;
  if (!logs) {
    all.right = false;
    all.text += fmt::format("FAIL {}\n", logs.error().message);
  }
  for (const auto& one : logs ? *logs : std::vector<LogWitnessing>()) {
    const auto number = one.count.cosigned.size(), of = policy.witnesses().size();
    documents.push_back(
        {{"log", one.log.text}, {"size", one.size}, {"cosigned_by", number}, {"enough", one.count.enough}});
    all.text +=
        fmt::format("{}{:<48} {} of the {} witnesses that you named cosigned it up to {} of {} records\n",
                    one.count.enough ? "" : "FAIL ", one.log.text, number, of, one.size, one.records);
    // They lie in the data folder, so an older copy has older ones: nothing kept elsewhere was compared.
    all.right = all.right && one.count.enough;
  }
  all.ledgers.back().as_object()["witnesses"] = std::move(documents);
  return {};
}

/// Puts it into the region's system log. Whoever verifies need not be who may write there.
void record(const Config& config, const base::RegionId& region, const store::LedgerReport& report,
            std::chrono::steady_clock::time_point began, LiveReport& all) {
  const auto took = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  const auto left =
      leave_in_outbox(config.region_files(region), ledger_verified(report, took, base::system_clock()()));
  all.ledgers.back().as_object()["recorded"] = left.has_value();
  if (!left)
    all.text += fmt::format("The system log of {} will not say that this was verified: {}\n", region.value(),
                            left.error().message);
}

/// Those of regions that the configuration puts outside of its data folder.
void add_outside(const Config& config, const Options& options, std::vector<std::filesystem::path>& files) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(config.data, options.data, ignored)) return;
  for (const auto& region : config.regions) {
    const auto file = config.region_files(region).ledger();
    const bool known = std::any_of(files.begin(), files.end(), [&](const auto& one) {
      return std::filesystem::equivalent(one, file, ignored);
    });
    // One that is missing is named by the verification.
    if (!known) files.push_back(file);
  }
}

base::Result<int> verify_live(const Context& context, const Options& options) {
  // The head memory is used where the configuration is at hand: it lies outside the data folder.
  TRY_ASSIGN(const auto config, load_if_there(context));
  auto files = ledgers_in(options.data);
  if (config) add_outside(*config, options, files);
  if (files.empty())
    return base::fail(base::Code::not_found, fmt::format("there is no ledger in {}", options.data));
  TRY_ASSIGN(const auto policy, read_policy(options.witnesses));
  LiveReport all;
  for (const auto& file : files) {
    std::optional<store::HeadMemory> heads;
    std::optional<base::RegionId> known;
    for (const auto& region : config ? config->regions : std::vector<base::RegionId>()) {
      std::error_code ignored;
      if (!std::filesystem::equivalent(config->region_files(region).ledger(), file, ignored)) continue;
      TRY_ASSIGN(auto memory, store::HeadMemory::open(config->head_memory(region)));
      heads.emplace(std::move(memory));
      known = region;
    }
    const auto began = std::chrono::steady_clock::now();
    TRY_ASSIGN(const auto report, verify_one(file, options, policy, heads ? &*heads : nullptr, all));
    if (policy) TRY(add_witnesses(file, *policy, all));
    if (known) record(*config, *known, report, began, all);
  }
  all.text += !all.right   ? "\nThe evidence is altered or missing: see the first line that says FAIL.\n"
              : all.pinned ? "\nEvery record, link, tile and checkpoint is right, and the logs extend what "
                             "was kept elsewhere.\n"
                           : "\nEvery record, link, tile and checkpoint is right. Nothing kept elsewhere was "
                             "given to compare with (--checkpoint, --log-key): an\nolder or rewritten copy, "
                             "signed with the same key, would look the same.\n";
  print(context,
        boost::json::object{{"right", all.right},
                            {"compared_with_something_kept_elsewhere", all.pinned},
                            {"ledgers", std::move(all.ledgers)}},
        all.text);
  return all.right ? 0 : exit_code(base::Code::data_loss);
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "verify",
                              "Check a bundle, or a live ledger, and say what is proven and what is not. "
                              "Needs no configuration and no network",
                              "countersign verify acme-q1.zip --fingerprint 5F:12:…  (exit 0 verified, 9 "
                              "wrong, 20 whole but the signer was not named)");
  auto* file = command->add_option("bundle", options->bundle,
                                   "Bundle: .zip, .tar.zst, or the folder it was unpacked into");
  auto* data =
      command->add_option("--data", options->data,
                          "Check live ledgers instead: the data folder, a region's folder or a ledger file");
  file->excludes(data);
  // One value each: the bundle may stand behind.
  command
      ->add_option("--fingerprint", options->fingerprints,
                   "SHA-256 fingerprint of the certificate that is trusted; may be given again")
      ->allow_extra_args(false);
  command->add_option("--log-key", options->log_keys, "vkey of a log key that is trusted; may be given again")
      ->allow_extra_args(false);
  command
      ->add_option("--checkpoint", options->checkpoints,
                   "File with a checkpoint kept elsewhere, which the log must extend; may be given again")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  command->add_option("--tsa-ca", options->tsa_ca, "Certificates that a timestamp is checked against")
      ->check(CLI::ExistingFile);
  add_witness_options(*command, options->witnesses);
  command
      ->add_flag("--recompute", options->recompute,
                 "Make the bundle's report again from its records, and name each figure that differs")
      ->excludes(data);
  command->add_flag("--pages", options->pages,
                    "With --data: also check the structure of a large file page by page");
  command->callback([&context, options] {
    context.run = [&context, options]() -> base::Result<int> {
      if (options->bundle.empty() == options->data.empty())
        return base::fail(base::Code::invalid_argument,
                          "name a bundle to verify, or a data folder with --data");
      return options->data.empty() ? verify_file(context, *options) : verify_live(context, *options);
    };
  });
}

}  // namespace countersign::apps
