#include "apps/countersign/command.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

/// What can stand at one place of the command line.
struct Place {
  std::string path;  ///< the commands before it: `tenant policy`
  std::vector<const CLI::App*> commands;
  std::vector<const CLI::Option*> options;  ///< those of the commands before it, too

  /// The options that take a value, as they are typed, each with a blank behind it.
  std::string with_value() const {
    std::string out;
    for (const auto* option : options) {
      if (option->get_items_expected_max() == 0) continue;
      for (const auto& name : option->get_snames()) out += "-" + name + " ";
      for (const auto& name : option->get_lnames()) out += "--" + name + " ";
    }
    return out;
  }
};

/// Every place, the outermost first.
void add_places(const CLI::App& app, const Place& above, std::vector<Place>& places) {
  Place here;
  if (app.get_parent() != nullptr)
    here.path = above.path.empty() ? app.get_name() : above.path + " " + app.get_name();
  here.commands = commands_of(app);
  for (const auto* option : app.get_options())
    if (!option->get_group().empty() && option->nonpositional()) here.options.push_back(option);
  for (const auto* option : above.options)
    if (!option->check_name("--help") && !option->check_name("--version")) here.options.push_back(option);
  places.push_back(here);
  for (const auto* command : here.commands) add_places(*command, here, places);
}

std::vector<Place> places_of(const CLI::App& app) {
  std::vector<Place> out;
  add_places(app, {}, out);
  return out;
}

std::string bash_script(const CLI::App& app) {
  std::string cases;
  for (const auto& place : places_of(app)) {
    std::string commands, options;
    for (const auto* command : place.commands) commands += command->get_name() + " ";
    for (const auto* option : place.options)
      for (const auto& name : option->get_lnames()) options += "--" + name + " ";
    cases += fmt::format("    '{}') commands='{}' options='{}' valued='{}' ;;\n", place.path, commands,
                         options, place.with_value());
  }
  // An equals sign is a word of its own for bash.
  return fmt::format(
      R"(_countersign_at() {{
  case $1 in
{}  esac
}}
_countersign() {{
  local at='' word typed="${{COMP_WORDS[COMP_CWORD]}}" valued='' commands='' options='' value='' index
  _countersign_at ''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    if [[ -n $value ]]; then
      if [[ $word != '=' ]]; then value=''; fi
      continue
    fi
    case $word in
      -*) if [[ " $valued" == *" $word "* ]]; then value=1; fi ;;
      *)
        if [[ " $commands" == *" $word "* ]]; then
          at="${{at:+$at }}$word"
          _countersign_at "$at"
        fi
        ;;
    esac
  done
  COMPREPLY=()
  if [[ $typed == '=' ]]; then typed=''; fi
  if [[ -z $value ]]; then
    for word in $commands $options; do
      if [[ $word == "$typed"* ]]; then COMPREPLY+=("$word"); fi
    done
  fi
  if [[ ${{#COMPREPLY[@]}} -eq 0 ]] && [[ -n $value || -z $commands ]]; then
    local IFS=$'\n'
    COMPREPLY=($(compgen -f -- "$typed"))
  fi
}}
complete -o filenames -F _countersign countersign
)",
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

/// What fish offers at a place: one argument of printf for each, `word<TAB>description`.
std::string fish_offers(const Place& place) {
  std::string out;
  for (const auto* command : place.commands)
    out += " " + fish_quoted(command->get_name() + "\t" + command->get_description());
  for (const auto* option : place.options)
    for (const auto& name : option->get_lnames())
      out += " " + fish_quoted("--" + name + "\t" + option->get_description());
  return out;
}

std::string fish_script(const CLI::App& app) {
  std::string steps, offers, choosing;
  for (const auto& place : places_of(app)) {
    const auto path = fish_quoted(place.path);
    std::string names;
    for (const auto* command : place.commands) names += " " + command->get_name();
    steps += fmt::format("        case {}\n            set commands{}\n            set valued {}\n", path,
                         names, place.with_value());
    offers += fmt::format("        case {}\n            printf '%s\\n'{}\n", path, fish_offers(place));
    if (!place.commands.empty()) choosing += " " + path;
  }
  return fmt::format(
      R"(# Prints the commands before the cursor; = where the value of an option is to stand.
function __countersign_at
    set -l at ''
    set -l value ''
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        set -l commands
        set -l valued
        switch $at
{}        end
        if test -n "$value"
            set value ''
        else if contains -- $word $valued
            set value 1
        else if contains -- $word $commands
            set at (string trim -- "$at $word")
        end
    end
    if test -n "$value"
        echo =
    else
        echo $at
    end
end
function __countersign_offers
    switch (__countersign_at)
{}    end
end
function __countersign_chooses
    contains -- (__countersign_at){}
end
complete -c countersign -f -n __countersign_chooses
complete -c countersign -a '(__countersign_offers)'
)",
      steps, offers, choosing);
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
