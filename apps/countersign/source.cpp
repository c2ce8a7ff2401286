#include "apps/countersign/command.h"
#include "apps/countersign/source_certificate.h"
#include "apps/countersign/source_show.h"
#include "apps/countersign/times.h"
#include "apps/keys.h"
#include "collector/adapters/adapter.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"
#include "collector/ingest/usual_scheme.h"
#include "collector/pull/puller.h"
#include "collector/signatures/scheme.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/vault/keys.h"
#include "web/admin/documents.h"

#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <iterator>

namespace countersign::apps {
namespace {

struct Options {
  std::string name;
  std::string adapter{ingest::kNativeAdapter};
  std::vector<std::string> tenants;
  std::string scheme;
  std::string secret_file;
  std::string url;
  std::string silent_after;
  bool keep_raw = false;
  std::string pull_url;
  std::vector<std::string> pull_settings;
  CertificateOptions certificates;
};

constexpr std::size_t kSecretFileBytesMax = 8192;

/// The lines of a file, or of standard input for `-`: one secret each.
base::Result<std::vector<std::string>> read_secrets(const std::string& file) {
  std::vector<std::string> out;
  if (file.empty()) return out;
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    TRY_ASSIGN(text, base::read_file(file, kSecretFileBytesMax));
  }
  std::string_view rest = text;
  if (rest.starts_with('{')) {  // a key file, which is one secret of many lines
    out.emplace_back(rest.substr(0, rest.find_last_not_of(" \r\n") + 1));
    rest = {};
  }
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out.emplace_back(line);
  }
  return out;
}

/// `90s`, `15m`, `2h` or `1d` in seconds.
base::Result<std::int64_t> duration_of(const std::string& text) {
  if (text.empty()) return std::int64_t{0};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size());
  const std::int64_t factor = unit == "s"   ? 1
                              : unit == "m" ? 60
                              : unit == "h" ? 3600
                              : unit == "d" ? 86'400
                                            : 0;
  constexpr std::int64_t kNumberMax = 1'000'000;
  if (error != std::errc() || factor == 0 || number <= 0 || number > kNumberMax)
    return base::fail(base::Code::invalid_argument,
                      "--silent-after takes a duration such as 90s, 15m, 2h or 1d");
  return number * factor;
}

/// What the operator has to do with what was made, in words.
std::string advice(const ingest::NewSource& source, const std::string& address, const std::string& shown) {
  if (!source.pull_url.empty())
    return fmt::format(
        "Source {} is polled at {} by a running countersignd; `countersign source show {}` tells "
        "how it goes.\n",
        source.name.value(), source.pull_url, source.name.value());
  std::string out = fmt::format("Source {} may send to\n\n  {}\n", source.name.value(), address);
  if (!source.certificates.empty()) {
    out += "\nIt shows its client certificate there and needs no token.\n";
  } else if (source.scheme.empty()) {
    out += fmt::format(
        "\n  Authorization: Bearer {}\n\nThe token is shown this once; only its hash is kept.\n", shown);
    if (const auto* scheme = signatures::find_scheme(ingest::usual_scheme(source.adapter));
        scheme != nullptr && !scheme->secret.empty())
      out += fmt::format(
          "Its records are graded shared_header. To have signatures checked as {} makes them, register it "
          "with "
          "--secret-file ({}).\n",
          scheme->title, scheme->secret);
  } else if (!shown.empty()) {
    out += fmt::format("\n  secret: {}\n\nGive it to the sender ({}). It is shown this once.\n", shown,
                       signatures::find_scheme(source.scheme)->title);
  } else {
    out += fmt::format("\nPaste that address at the provider; its requests are checked as {} signs them.\n",
                       signatures::find_scheme(source.scheme)->title);
  }
  return out;
}

std::string pull_settings_help() {
  std::string out;
  const auto add = [&](std::string_view whose, std::span<const pull::Setting> settings) {
    for (const auto& one : settings)
      out += fmt::format("{}{}{}: {}", out.empty() ? "" : "; ", whose, one.name, one.about);
  };
  add("", pull::common_settings());
  for (const auto& adapter : adapters::all_adapters()) {
    if (const auto* puller = pull::find_puller(adapter.name))
      add(fmt::format("for {}, ", adapter.name), puller->settings);
  }
  return out;
}

/// The settings of a source whose provider is polled.
base::Result<void> add_pull(const Options& options, ingest::NewSource& source) {
  source.pull_url = options.pull_url;
  for (const auto& setting : options.pull_settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::fail(base::Code::invalid_argument, "--pull-setting takes NAME=VALUE");
    source.pull_settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return {};
}

base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  ingest::NewSource source;
  TRY_ASSIGN(source.name, base::parse_source(options.name));
  source.adapter = options.adapter;
  source.scheme = options.scheme;
  TRY(add_pull(options, source));
  source.url = options.url;
  source.keep_raw = options.keep_raw;
  TRY_ASSIGN(source.silent_after_s, duration_of(options.silent_after));
  TRY_ASSIGN(source.secrets, read_secrets(options.secret_file));
  TRY_ASSIGN(source.certificates, read_certificates(config, options.certificates));
  for (const auto& name : options.tenants) {
    TRY_ASSIGN(auto tenant, base::parse_tenant(name));
    source.tenants.push_back(std::move(tenant));
  }
  source.by = calling();
  TRY(settle_source(source));
  TRY_ASSIGN(const auto shown, register_source(config, source));
  ingest::Source made;
  made.name = source.name;
  made.adapter = source.adapter;
  made.scheme = source.scheme;
  made.url = source.url;
  made.pull_url = source.pull_url;
  const auto address = source_address(config, made);
  boost::json::object out{{"source", options.name}, {"adapter", options.adapter}, {"url", address}};
  if (!source.scheme.empty()) out["scheme"] = source.scheme;
  if (!source.certificates.empty()) {
    boost::json::array certificates;
    for (const auto& one : source.certificates) certificates.emplace_back(base::to_hex(one.view()));
    out["certificates"] = std::move(certificates);
  }
  if (!shown.empty()) out[source.scheme.empty() ? "token" : "secret"] = shown;
  print(context, out, advice(source, address, shown));
  return 0;
}

base::Result<int> change_secret(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto name, base::parse_source(options.name));
  TRY_ASSIGN(const auto secrets, read_secrets(options.secret_file));
  TRY_ASSIGN(const auto held, hold_kek(config));
  TRY_ASSIGN(const auto key, vault::read_key_encryption_key(config.keys.vault));
  TRY(ingest::set_secrets(config.registry(), name, secrets, key.newest(), crypto::system_entropy()));
  print(context, boost::json::object{{"source", options.name}, {"secrets", secrets.size()}},
        fmt::format("Source {} is now checked with {} and no other. A running countersignd follows within a "
                    "second or two.\n",
                    options.name, secrets.size() == 1 ? "this secret" : "these secrets"));
  return 0;
}

base::Result<int> backfill(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto source, base::parse_source(name));
  TRY_ASSIGN(const auto token,
             ingest::make_backfill_token(config.registry(), source, crypto::system_entropy()));
  print(context, boost::json::object{{"source", name}, {"token", token}},
        fmt::format("History of {} may be imported with\n\n  COUNTERSIGN_TOKEN={} countersign ingest FILE\n\n"
                    "Its records are graded `backfill`. The token is shown this once and takes the place of "
                    "the one before.\n",
                    name, token));
  return 0;
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code != base::Code::not_found) return base::fail(registry.error());
  const auto book = ingest::SourceBook::load(config.source_book());
  boost::json::array data;
  std::string text = fmt::format("{:<24} {:<16} {:<18} {:<24} {:<18} {}\n", "SOURCE", "ADAPTER", "PROOF",
                                 "TENANTS", "LAST HEARD", "STATE");
  if (registry) {
    for (const auto& source : registry->sources()) {
      std::string names;
      for (const auto& tenant : source.tenants) names += (names.empty() ? "" : ",") + tenant.value();
      const auto page = book.find(source.name.value());
      const auto heard = page == book.end() ? std::nullopt : page->second.heard;
      data.push_back(admin::source_document(source, page == book.end() ? nullptr : &page->second));
      text += fmt::format("{:<24} {:<16} {:<18} {:<24} {:<18} {}\n", source.name.value(), source.adapter,
                          source.proof_name(), names.empty() ? "(all)" : names,
                          heard ? minute_of(*heard) : "never",
                          source.revoked ? "revoked " + base::format_rfc3339(*source.revoked) : "active");
    }
  }
  if (data.empty()) text = "No source yet. Add one with: countersign source add NAME\n";
  print(context, data, text);
  return 0;
}

base::Result<int> revoke(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto source, base::parse_source(name));
  TRY(ingest::revoke_source(config.registry(), source, base::system_clock(), calling()));
  print(
      context, boost::json::object{{"source", name}, {"revoked", true}},
      fmt::format("Source {} is revoked. A running countersignd refuses it within a second or two.\n", name));
  return 0;
}

}  // namespace

void add_source(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "source", "Register senders of events", "countersign source add shop-backend");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  std::vector<std::string> adapters{std::string(ingest::kNativeAdapter)};
  for (const auto& adapter : adapters::all_adapters()) adapters.emplace_back(adapter.name);
  auto* adding = add_command(*command, "add", "Register a source and print its token, once",
                             "countersign source add okta-prod --adapter okta --tenant acme");
  adding->add_option("name", options->name, "a-z, 0-9, '-', '.' and '_', at most 63 characters")->required();
  adding
      ->add_option("--adapter", options->adapter,
                   "What the source sends: " + fmt::format("{}", fmt::join(adapters, ", ")))
      ->check(CLI::IsMember(adapters));
  adding->add_option(
      "--tenant", options->tenants,
      "Tenant that it may send for; may be given again; a provider's adapter needs exactly one");
  std::vector<std::string> schemes{"token"};
  for (const auto& scheme : signatures::all_schemes()) schemes.emplace_back(scheme.name);
  adding
      ->add_option("--scheme", options->scheme,
                   "How it proves a request (with --secret-file as the provider signs, else token): " +
                       fmt::format("{}", fmt::join(schemes, ", ")))
      ->check(CLI::IsMember(schemes));
  adding->add_option("--secret-file", options->secret_file,
                     "File with the secret that the provider shows, one a line; - is standard input");
  adding->add_option(
      "--url", options->url,
      "Address under which the provider reaches this appliance, such as https://audit.example.com");
  adding->add_option("--pull", options->pull_url,
                     "Poll the provider's log API at this address, such as https://acme.okta.com, with the "
                     "credential of --secret-file");
  adding->add_option("--pull-setting", options->pull_settings,
                     "NAME=VALUE; may be given again. " + pull_settings_help());
  add_certificate_options(*adding, options->certificates);
  adding->add_flag("--keep-raw", options->keep_raw,
                   "Keep each payload as it came, without secrets, in the vault");
  adding->add_option("--silent-after", options->silent_after,
                     "Report the source where nothing came for so long, such as 15m");
  adding->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
  auto* listing = add_command(*command, "list", "List the sources, and when they were last heard",
                              "countersign source list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  add_source_show(*command, context);
  add_source_certificate(*command, context);
  auto* secret = add_command(*command, "secret", "Put other secrets in place of a source's",
                             "countersign source secret twilio-prod --secret-file new-token.txt");
  secret->add_option("name", options->name, "Source")->required();
  secret
      ->add_option("--secret-file", options->secret_file, "File with one secret a line; - is standard input")
      ->required();
  secret->callback([&context, options] {
    context.run = [&context, options] { return change_secret(context, *options); };
  });
  auto* history = add_command(*command, "backfill", "Make a token to import a source's history with",
                              "countersign source backfill okta-prod");
  history->add_option("name", options->name, "Source")->required();
  history->callback([&context, options] {
    context.run = [&context, options] { return backfill(context, options->name); };
  });
  auto* revoking =
      add_command(*command, "revoke", "Make a source's token and certificates worthless, for good",
                  "countersign source revoke okta-prod");
  revoking->add_option("name", options->name, "Source")->required();
  revoking->callback(
      [&context, options] { context.run = [&context, options] { return revoke(context, options->name); }; });
}

}  // namespace countersign::apps
