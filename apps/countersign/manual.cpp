#include "apps/countersign/command.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {
namespace {

/// A text as roff reads it back: man(7), groff_char(7).
std::string roff(std::string_view text) {
  std::string escaped;
  bool at_line = true;
  for (const char c : text) {
    if (at_line && (c == '.' || c == '\'')) escaped += "\\&";
    at_line = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

/// What stands for a value, `TEXT:{a,b,c}`, which may be broken behind each comma.
std::string breakable(const std::string& type) {
  std::string text = roff(type);
  for (auto at = text.find(','); at != std::string::npos; at = text.find(',', at + 1))
    text.insert(at + 1, "\\:");
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

/// `-c, --config TEXT`, in the type that man pages give to what is typed and what stands for it.
std::string title_of(const CLI::Option& option) {
  std::string names;
  for (const auto& name : option.get_snames()) names += fmt::format(", \\fB{}\\fR", roff("-" + name));
  for (const auto& name : option.get_lnames()) names += fmt::format(", \\fB{}\\fR", roff("--" + name));
  if (names.empty()) return fmt::format("\\fI{}\\fR", roff(option.get_name()));
  names.erase(0, 2);
  if (option.get_type_size() != 0) names += fmt::format(" \\fI{}\\fR", breakable(option.get_type_name()));
  return names;
}

void add_options(const CLI::App& command, std::string& page) {
  for (const auto* option : command.get_options()) {
    if (option->get_group().empty() || option->check_name("--help")) continue;
    page += fmt::format(".TP\n{}\n{}\n", title_of(*option), roff(option->get_description()));
  }
}

void add_commands(const CLI::App& parent, const std::string& path, std::string& page) {
  for (const auto* command : commands_of(parent)) {
    const auto name = path + " " + command->get_name();
    page += fmt::format(".SS {}\n{}.\n", roff(name), roff(command->get_description()));
    add_options(*command, page);
    if (const auto footer = command->get_footer(); !footer.empty() && commands_of(*command).empty())
      page += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(footer));
    add_commands(*command, name, page);
  }
}

std::string page_of(const CLI::App& app) {
  std::string page = fmt::format(
      ".\\\" Written by `countersign manual`.\n"
      ".TH COUNTERSIGN 1 \"\" \"Countersign {0}\" \"User Commands\"\n.ad l\n.nh\n"
      ".SH NAME\ncountersign \\- keeps the evidence of one\\-time passwords and MFA, and proves it\n"
      ".SH SYNOPSIS\n.B countersign\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\n{1}\n.SH OPTIONS\n",
      COUNTERSIGN_VERSION,
      "Sets up an appliance, registers tenants, sources and people, reads and exports evidence, and verifies "
      "it.\n\\fBcountersignd\\fR(8) is the daemon that takes events. Commands that change an appliance are "
      "run as the user\nthat its files belong to.");
  add_options(app, page);
  page += ".SH COMMANDS\n";
  add_commands(app, "countersign", page);
  page += fmt::format(".SH EXIT STATUS\n.nf\n{}\n.fi\n", roff(app.get_description()));
  page +=
      ".SH ENVIRONMENT\n.TP\n.B COUNTERSIGN_CONFIG\nThe configuration file, where \\fB\\-\\-config\\fR names "
      "none.\n"
      ".SH FILES\n.TP\n.I /etc/countersign/countersign.toml\nThe configuration; "
      "\\fBcountersign.toml\\fR(5).\n"
      ".TP\n.I /var/lib/countersign\nLedgers, vaults and indexes of the regions, and the head memory.\n"
      ".TP\n.I /usr/share/doc/countersign\nThe documentation in full.\n"
      ".SH SEE ALSO\n.BR countersignd (8),\n.BR countersign.toml (5)\n";
  return page;
}

}  // namespace

void add_manual(CLI::App& app, Context& context) {
  auto* command = add_command(app, "manual", "Print the manual page", "countersign manual | man -l -");
  command->callback([&app, &context] {
    context.run = [&app]() -> base::Result<int> {
      fmt::print("{}", page_of(app));
      return 0;
    };
  });
}

}  // namespace countersign::apps
