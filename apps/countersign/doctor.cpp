#include "apps/countersign/command.h"
#include "apps/doctor/checks.h"
#include "ledger/base/encoding.h"
#include "ledger/sqlite/untouched.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace countersign::apps {
namespace {

std::size_t count_of(const doctor::Checks& checks, doctor::State state) {
  return static_cast<std::size_t>(
      std::count_if(checks.begin(), checks.end(), [&](const auto& one) { return one.state == state; }));
}

std::string line_of(const doctor::Check& check) {
  std::string out =
      fmt::format("{:<8} {:<32} {}\n", check.state == doctor::State::ok ? "OK" : to_string(check.state),
                  check.id, check.what);
  if (!check.mend.empty()) out += fmt::format("{:<8} {}\n", "", "mend: " + check.mend);
  if (!check.run.empty()) out += fmt::format("{:<8} {}\n", "", "run:  " + check.run);
  return out;
}

base::Result<int> examine(const Context& context, bool all) {
  doctor::Checks checks;
  {
    const sqlite::UntouchedFiles untouched;
    checks = doctor::examine(context.config_file, base::system_clock(), ::geteuid(),
                             context.words.empty() ? "countersign" : context.words.front());
  }
  const auto faults = count_of(checks, doctor::State::fault);
  const auto warnings = count_of(checks, doctor::State::warning);
  boost::json::array listed;
  std::string text;
  for (const auto& check : checks) {
    listed.push_back({{"id", check.id},
                      {"state", to_string(check.state)},
                      {"what", check.what},
                      {"mend", check.mend},
                      {"run", check.run}});
    if (all || check.state != doctor::State::ok) text += line_of(check);
  }
  text += fmt::format("{}{} checks: {} faults, {} warnings\n", text.empty() ? "" : "\n", checks.size(),
                      faults, warnings);
  print(context,
        boost::json::object{{"faults", faults}, {"warnings", warnings}, {"checks", std::move(listed)}}, text);
  return faults == 0 ? 0 : kExitFault;
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  auto all = std::make_shared<bool>(false);
  auto* command =
      add_command(app, "doctor",
                  "Look whether the appliance is well, and say what to do where it is not; changes "
                  "nothing, also beside the daemon",
                  "sudo countersign doctor");
  command->add_flag("--all", *all, "Show what is well, too");
  command->callback([&context, all] { context.run = [&context, all] { return examine(context, *all); }; });
}

}  // namespace countersign::apps
