#include "apps/countersign/command.h"
#include "apps/countersign/init_questions.h"
#include "apps/countersign/new_appliance.h"
#include "apps/service_user.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <unistd.h>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

constexpr std::uint16_t kDefaultPort = 8443;

struct Options {
  Answers answers;
  std::optional<fs::path> folder;
  std::optional<std::string> address;
  std::optional<std::uint16_t> port;
  bool plain_http = false;
  std::vector<std::string> tls_names;
  bool print_config = false;
};

/// The package's layout needs root, who gives the files away.
base::Result<ApplianceLayout> layout_of(const Options& options) {
  if (options.folder) return folder_layout(*options.folder);
  if (::geteuid() != 0)
    return fail(Code::permission_denied,
                "an appliance in /etc/countersign and /var/lib/countersign is made by root: sudo countersign "
                "init; one in a folder of your own with --dir FOLDER");
  const auto owner = account_named(std::string(kServiceUser));
  if (!owner)
    return fail(Code::failed_precondition,
                fmt::format("there is no user {} to give the files to; the packages make one, or run: {}",
                            kServiceUser, kMakeServiceUser));
  return system_layout(*owner);
}

/// Where people are told to come by what the flags say; empty where they do not.
std::string told_address(const Options& options, std::uint16_t port) {
  if (options.plain_http || options.tls_names.empty()) return "";
  const auto& name = options.tls_names.front();
  const auto spelled = name.find(':') == std::string::npos ? name : fmt::format("[{}]", name);
  const auto reach = parse_reach(fmt::format("{}:{}", spelled, port));
  return reach ? reach->url(true) : "";
}

/// The names of flags without which there is nothing to do.
base::Result<void> settle_answers(Options& options) {
  auto& answers = options.answers;
  if (answers.origin && answers.region) return {};
  if (is_asked_for()) {
    // What says where to listen answers the last question.
    if (options.address || options.port || options.plain_http || !options.tls_names.empty()) {
      TRY(ask(answers, nullptr));
      return {};
    }
    TRY(ask(answers, [&](const Answers& so_far) {
      const bool host = !options.folder && parse_reach(*so_far.origin);
      return fmt::format("{}:{}", host ? *so_far.origin : "localhost", kDefaultPort);
    }));
    return {};
  }
  const auto* both = "--origin DOMAIN and --region NAME are";
  return fail(Code::invalid_argument,
              fmt::format("{} missing, and there is no terminal to ask on; for example: countersign init "
                          "--origin evidence.example.com --region eu-1",
                          !answers.origin && !answers.region ? both
                          : !answers.origin                  ? "--origin DOMAIN is"
                                                             : "--region NAME is"));
}

base::Result<NewConfig> choices_of(Options& options, const ApplianceLayout& layout) {
  NewConfig out;
  TRY_ASSIGN(out.origin, base::parse_origin(*options.answers.origin));
  TRY_ASSIGN(const auto region, base::parse_region(*options.answers.region));
  out.region = region.value();
  out.data = layout.owner ? layout.data : "data";
  out.heads = layout.owner ? layout.heads : "heads";
  out.tls = !options.plain_http;
  out.port = options.port.value_or(kDefaultPort);
  out.address = options.address.value_or("127.0.0.1");
  out.access_address = told_address(options, out.port);
  if (!options.answers.reach) return out;
  TRY_ASSIGN(const auto reach, parse_reach(*options.answers.reach));
  if (options.plain_http && !reach.is_local())
    return fail(Code::invalid_argument,
                "plain HTTP is for this machine alone: leave --plain-http away, or "
                "say --reach localhost:PORT");
  out.port = options.port.value_or(reach.port);
  out.address = options.address.value_or(reach.listen_address());
  out.access_address = reach.url(out.tls);
  options.tls_names.push_back(reach.host);
  return out;
}

/// The two commands that follow, as a shell of this directory takes them.
std::vector<std::string> next_commands(const Context& context, const ApplianceLayout& layout) {
  const auto called = fs::path(context.words.empty() ? "countersign" : context.words.front());
  const auto daemon = called.has_parent_path() ? (called.parent_path() / "countersignd").string()
                                               : std::string("countersignd");
  if (!layout.owner) {
    const auto config = "--config " + shell_word(layout.config.string());
    return {fmt::format("{} {} &", shell_word(daemon), config),
            fmt::format("{} {} tenant add acme", shell_word(called.string()), config)};
  }
  std::error_code ignored;
  const bool systemd = fs::exists("/run/systemd/system", ignored);
  return {
      systemd ? "systemctl enable --now countersign" : as_user(layout.owner->name, shell_word(daemon)) + " &",
      as_user(layout.owner->name, shell_word(called.string()) + " tenant add acme")};
}

base::Result<int> init(const Context& context, Options options) {
  if (options.print_config) {
    fmt::print("{}", new_config_text({"evidence.example.com", "eu-1", "/var/lib/countersign/data", "0.0.0.0",
                                      kDefaultPort, true, "/var/lib/countersign/heads",
                                      "https://evidence.example.com:8443"}));
    return 0;
  }
  TRY_ASSIGN(const auto layout, layout_of(options));
  TRY(check_has_no_configuration(layout));
  TRY(settle_answers(options));
  TRY_ASSIGN(const auto choices, choices_of(options, layout));
  TRY_ASSIGN(const auto signer, make_appliance(layout, choices, options.tls_names));
  const auto fingerprint = base::to_hex(signer.view());
  const auto next = next_commands(context, layout);
  boost::json::object out{{"config", layout.config.string()},
                          {"origin", choices.origin},
                          {"region", choices.region},
                          {"signer_fingerprint", fingerprint},
                          {"next", boost::json::array(next.begin(), next.end())}};
  print(context, out,
        fmt::format("An appliance for {}/{}: {}\n\n"
                    "Bundles are signed by the certificate with the SHA-256 fingerprint\n  {}\n"
                    "Give it to auditors over another channel. Keep copies of {}: without the vault "
                    "key,\npersonal values cannot be read.\n\n"
                    "Next:\n  {}\n  {}\n",
                    choices.origin, choices.region, layout.config.string(), fingerprint, layout.keys.string(),
                    next.front(), next.back()));
  return 0;
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      app, "init",
      "Make a new appliance: configuration, keys, certificates and an empty ledger. On a terminal it asks "
      "for "
      "what is missing",
      "countersign init --origin evidence.example.com --region eu-1 --reach evidence.example.com:8443");
  command->add_option("--origin", options->answers.origin,
                      "First part of every log's name: a domain of yours, without https://");
  command->add_option("--region", options->answers.region, "Region that the data stays in");
  command->add_option(
      "--reach", options->answers.reach,
      "Host and port under which people and sources reach it; sets address, port, certificate "
      "and access.address");
  command->add_option("--dir", options->folder,
                      "Folder to make it in, for whoever runs this; without it /etc/countersign and "
                      "/var/lib/countersign, by root");
  command->add_option("--address", options->address, "Address to listen on");
  command->add_option("--port", options->port, "Port to listen on")->check(CLI::Range(1, 65535));
  command->add_option("--tls-name", options->tls_names,
                      "Further host name or address for the self-signed TLS certificate; may be given again");
  command->add_flag("--plain-http", options->plain_http, "Listen without TLS; on loopback only");
  command->add_flag("--print-config", options->print_config,
                    "Print a configuration with every setting as an example, and make nothing");
  command->callback(
      [&context, options] { context.run = [&context, options] { return init(context, *options); }; });
}

}  // namespace countersign::apps
