#pragma once

#include "apps/config.h"
#include "apps/registering.h"
#include "collector/ingest/author.h"
#include "ledger/base/result.h"

#include <CLI/CLI.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// What every command knows: the options that stand before or behind its name.
struct Context {
  std::filesystem::path config_file;
  bool json = false;
  /// The command line, from the program's name on.
  std::vector<std::string> words;
  /// What the command that was given does; its value is the exit code.
  std::function<base::Result<int>()> run;
};

/// Exit codes; docs/cli.md lists them. 0 is success.
inline constexpr int kExitUsage = 2;
/// `doctor` found a fault.
inline constexpr int kExitFault = 1;
/// `verify` found nothing wrong, but was given nothing to recognise the signer by.
inline constexpr int kExitIdentityNotChecked = 20;
/// `restore` put a copy in place that is older than what was signed.
inline constexpr int kExitRolledBack = 21;
/// The one mapping from errors to exit codes.
int exit_code(base::Code code);

/// Adds a subcommand whose help ends with an example.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& what,
                      const std::string& example);

/// Prints a result to standard output: `data` as one line of JSON with --json, else `text`.
void print(const Context& context, const boost::json::value& data, std::string_view text);

/// Loads the configuration that the command line names, for a command that opens the appliance's files.
/// permission_denied where root would open those of another user (check_not_root).
base::Result<Config> load(const Context& context);
/// The same for a command that can do without: nothing where it cannot be loaded.
base::Result<std::optional<Config>> load_if_there(const Context& context);

/// The account of whoever runs the command, and the same as the registry names it.
std::string caller();
ingest::Author calling();

/// Makes the folder, vault and ledger of a region that has none. already_exists where there are some.
base::Result<void> make_region(const Config& config, const base::RegionId& region);

// One file for each command.
void add_init(CLI::App& app, Context& context);
void add_tenant(CLI::App& app, Context& context);
void add_tenant_policy(CLI::App& tenant, Context& context);
void add_operator(CLI::App& app, Context& context);
void add_control(CLI::App& app, Context& context);
void add_finding(CLI::App& app, Context& context);
void add_user(CLI::App& app, Context& context);
void add_document(CLI::App& app, Context& context);
void add_region(CLI::App& app, Context& context);
void add_folders(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_residency(CLI::App& app, Context& context);
void add_source(CLI::App& app, Context& context);
void add_ingest(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_challenge(CLI::App& app, Context& context);
void add_evidence(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_log(CLI::App& app, Context& context);
void add_checkpoint(CLI::App& app, Context& context);
void add_proof(CLI::App& app, Context& context);
void add_privacy(CLI::App& app, Context& context);
void add_retention(CLI::App& app, Context& context);
void add_privacy_access(CLI::App& privacy, Context& context);
void add_privacy_hold(CLI::App& privacy, Context& context);
void add_backup(CLI::App& app, Context& context);
void add_restore(CLI::App& app, Context& context);
void add_key(CLI::App& app, Context& context);
void add_notify(CLI::App& app, Context& context);
void add_stream(CLI::App& app, Context& context);
void add_tlog(CLI::App& app, Context& context);
void add_trust(CLI::App& app, Context& context);
void add_witness(CLI::App& app, Context& context);
void add_alarm(CLI::App& app, Context& context);
void add_index(CLI::App& app, Context& context);
void add_manual(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);

}  // namespace countersign::apps
