#include "apps/countersign/command.h"

#include "apps/service_user.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace countersign::apps {

using base::Code;

int exit_code(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return kExitUsage;
    case Code::not_found:
      return 3;
    case Code::already_exists:
      return 4;
    case Code::permission_denied:
    case Code::unauthenticated:
      return 5;
    case Code::unavailable:
    case Code::aborted:
      return 6;
    case Code::resource_exhausted:
      return 7;
    case Code::failed_precondition:
      return 8;
    case Code::data_loss:
      return 9;
    case Code::internal:
      return 10;
  }
  return 10;
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& what,
                      const std::string& example) {
  auto* command = parent.add_subcommand(name, what);
  command->footer("Example:\n  " + example);
  command->fallthrough();
  return command;
}

void print(const Context& context, const boost::json::value& data, std::string_view text) {
  if (context.json) {
    fmt::print("{}\n", boost::json::serialize(data));
  } else {
    fmt::print("{}", text);
    if (!text.empty() && text.back() != '\n') fmt::print("\n");
  }
  std::fflush(stdout);
}

base::Result<Config> load(const Context& context) {
  auto config = load_config(context.config_file);
  if (config) {
    TRY(check_not_root(*config, ::geteuid(), context.words));
    return config;
  }
  auto message = config.error().message;
  if (config.error().code == Code::not_found) {
    message += "; name it with --config, or make one with: countersign init";
  } else if (const auto user = account_named(std::string(kServiceUser));
             config.error().code == Code::permission_denied && user && user->uid != ::geteuid()) {
    message += "; run: " + as_user(user->name, shell_command(context.words));
  }
  return base::fail(config.error().code, std::move(message));
}

base::Result<std::optional<Config>> load_if_there(const Context& context) {
  auto config = load_config(context.config_file);
  if (!config) return std::optional<Config>();
  TRY(check_not_root(*config, ::geteuid(), context.words));
  return std::optional(std::move(*config));
}

std::string caller() {
  const char* user = std::getenv("SUDO_USER");
  if (user == nullptr || *user == '\0') user = std::getenv("USER");
  return user != nullptr && *user != '\0' ? user : fmt::format("uid {}", ::getuid());
}

ingest::Author calling() { return {caller(), std::string(ingest::kMachineAccount), {}, {}}; }

}  // namespace countersign::apps
