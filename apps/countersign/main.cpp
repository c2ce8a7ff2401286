#include "apps/countersign/command.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

using namespace countersign::apps;

constexpr const char* kAbout =
    "Countersign keeps the evidence of one-time passwords and MFA, and proves it.\n"
    "Exit codes: 0 success, 1 doctor: a fault, 2 usage or bad input, 3 not found, 4 exists already, 5 not "
    "allowed, 6 try again "
    "later,\n"
    "7 a limit or a full disk, 8 the state does not allow it, 9 evidence is altered or missing, 10 internal "
    "error,\n"
    "20 verify: nothing wrong, but no trusted key or certificate was given,\n"
    "21 restore: done, but what was restored is older than what was signed.";

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    Context context;
    context.config_file = default_config_file();
    context.words.assign(argv, argv + argc);
    CLI::App app(kAbout, "countersign");
    app.set_version_flag("--version", COUNTERSIGN_VERSION);
    app.add_option("-c,--config", context.config_file, "Configuration file ($COUNTERSIGN_CONFIG)");
    app.add_flag("--json", context.json, "Print one JSON document for programs");
    app.require_subcommand(1);
    add_init(app, context);
    add_tenant(app, context);
    add_region(app, context);
    add_folders(app, context);
    add_source(app, context);
    add_operator(app, context);
    add_user(app, context);
    add_ingest(app, context);
    add_search(app, context);
    add_show(app, context);
    add_log(app, context);
    add_checkpoint(app, context);
    add_proof(app, context);
    add_challenge(app, context);
    add_export(app, context);
    add_verify(app, context);
    add_report(app, context);
    add_control(app, context);
    add_evidence(app, context);
    add_finding(app, context);
    add_document(app, context);
    add_trust(app, context);
    add_privacy(app, context);
    add_retention(app, context);
    add_residency(app, context);
    add_backup(app, context);
    add_restore(app, context);
    add_key(app, context);
    add_notify(app, context);
    add_stream(app, context);
    add_tlog(app, context);
    add_witness(app, context);
    add_alarm(app, context);
    add_index(app, context);
    add_doctor(app, context);
    add_completion(app, context);
    add_manual(app, context);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const int code = app.exit(error);
      return code == 0 ? 0 : kExitUsage;
    }
    const auto done = context.run();
    if (done) return *done;
    if (context.json) {
      fmt::print(stderr, "{}\n",
                 boost::json::serialize(
                     boost::json::object{{"error",
                                          {{"code", countersign::base::to_string(done.error().code)},
                                           {"message", done.error().message}}}}));
    } else {
      fmt::print(stderr, "countersign: {}\n", done.error().message);
    }
    return exit_code(done.error().code);
  } catch (const std::exception& error) {
    fmt::print(stderr, "countersign: unexpected failure: {}\n", error.what());
    return exit_code(countersign::base::Code::internal);
  }
}
