#include "apps/countersign/command.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

/// Names of subcommands and long options of a command, for completion behind it.
std::string words_of(const CLI::App& app) {
  std::string words;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words += command->get_name() + " ";
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

void add_cases(const CLI::App& app, const std::string& path, std::string& cases) {
  cases += fmt::format("    '{}') words='{}' ;;\n", path, words_of(app));
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    add_cases(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), cases);
}

std::string bash_script(const CLI::App& app) {
  std::string cases, commands;
  add_cases(app, "", cases);
  return fmt::format(
      R"(_countersign() {{
  local path='' word words=''
  local index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    case $word in -*) continue ;; esac
    case "${{path:+$path }}$word" in
{}      *) ;;
    esac
  done
  case $path in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [[ ${{#COMPREPLY[@]}} -eq 0 ]] && COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o filenames -F _countersign countersign
)",
      [&] {
        std::string steps;
        const std::function<void(const CLI::App&, const std::string&)> walk = [&](const CLI::App& at,
                                                                                  const std::string& path) {
          for (const auto* command : at.get_subcommands([](const CLI::App*) { return true; })) {
            const auto inner = path.empty() ? command->get_name() : path + " " + command->get_name();
            steps += fmt::format("      '{0}') path='{0}' ;;\n", inner);
            walk(*command, inner);
          }
        };
        walk(app, "");
        return steps;
      }(),
      cases);
}

// What makes the bash function one of zsh's, whether the script is read or found in $fpath as _countersign.
constexpr std::string_view kBeforeZsh = "#compdef countersign\nautoload -U +X bashcompinit && bashcompinit\n";
constexpr std::string_view kBehindZsh =
    "(( ! $+compstate )) || _bash_complete -o filenames -F _countersign\n";

/// A text between single quotes, as fish reads them.
std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_script(const CLI::App& app) {
  std::string script;
  const auto all = [](const CLI::App*) { return true; };
  for (const auto* command : app.get_subcommands(all)) {
    script += fmt::format("complete -c countersign -n __fish_use_subcommand -a {} -d {}\n",
                          command->get_name(), fish_quoted(command->get_description()));
    for (const auto* inner : command->get_subcommands(all))
      script += fmt::format("complete -c countersign -n '__fish_seen_subcommand_from {}' -a {}\n",
                            command->get_name(), inner->get_name());
    for (const auto* option : command->get_options()) {
      for (const auto& name : option->get_lnames())
        script += fmt::format("complete -c countersign -n '__fish_seen_subcommand_from {}' -l {}\n",
                              command->get_name(), name);
    }
  }
  return script;
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  auto* command = add_command(app, "completion", "Print the completion script of a shell",
                              "countersign completion bash > /etc/bash_completion.d/countersign");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &context, shell] {
    context.run = [&app, shell]() -> base::Result<int> {
      if (*shell == "fish") {
        fmt::print("{}", fish_script(app));
      } else {
        const bool zsh = *shell == "zsh";
        fmt::print("{}{}{}", zsh ? kBeforeZsh : "", bash_script(app), zsh ? kBehindZsh : "");
      }
      return 0;
    };
  });
}

}  // namespace countersign::apps
