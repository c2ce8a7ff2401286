#include "apps/alarms.h"
#include "apps/countersign/command.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string id, reason;
  bool all = false;
};

std::string line_of(const alarm::KeptAlarm& kept) {
  const auto& alarm = kept.alarm;
  const auto state = kept.acknowledged
                         ? fmt::format("acknowledged {} by {}", base::format_rfc3339(kept.acknowledged->time),
                                       kept.acknowledged->by)
                         : std::string("OPEN");
  return fmt::format("{}  {}  {:<10}  {}  ({}), {}\n", kept.id, base::format_rfc3339(alarm.time),
                     alarm::to_string(alarm.kind), alarm.origin, alarm.from, state);
}

base::Result<int> list(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto all, alarm_book(config).list());
  boost::json::array documents;
  std::string text;
  for (const auto& one : all.alarms) {
    if (one.acknowledged && !options.all) continue;
    documents.push_back(alarm_document(one, WithProof::no));
    text += line_of(one);
  }
  if (text.empty() && all.damaged.empty())
    text = all.alarms.empty() ? "There was no alarm.\n"
                              : "No alarm stands; acknowledged ones are shown with --all.\n";
  boost::json::array damaged;
  for (const auto& why : all.damaged) {
    damaged.emplace_back(why);
    text += fmt::format("DAMAGED  {}\n", why);
  }
  print(context, boost::json::object{{"alarms", std::move(documents)}, {"damaged", std::move(damaged)}},
        text);
  return all.damaged.empty() ? 0 : exit_code(base::Code::data_loss);
}

base::Result<int> show(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto kept, alarm_book(config).find(options.id));
  const auto& alarm = kept.alarm;
  auto text = line_of(kept) + "\n" + alarm.what + "\n";
  if (kept.acknowledged) text += "\nAcknowledged: " + kept.acknowledged->reason + "\n";
  text += fmt::format("\nOurs:\n\n{}\nTheirs, shown by {}:\n\n{}",
                      alarm.ours.empty() ? "(no checkpoint of this log was here)\n" : alarm.ours, alarm.from,
                      alarm.theirs.empty() ? "(the checkpoint itself was not shown)\n" : alarm.theirs);
  print(context, alarm_document(kept, WithProof::yes), text);
  return 0;
}

base::Result<int> acknowledge(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  const auto book = alarm_book(config);
  TRY(book.acknowledge(options.id, {base::system_clock()(), caller(), options.reason}));
  TRY_ASSIGN(const auto kept, book.find(options.id));
  TRY(record_alarm(config, kept));
  print(context, alarm_document(kept, WithProof::no),
        fmt::format("The alarm {} is acknowledged. It and its checkpoints are kept.\n", kept.id));
  return 0;
}

}  // namespace

void add_alarm(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "alarm",
                  "Logs that were seen in two states that contradict each other, with both signed "
                  "checkpoints",
                  "countersign alarm list");
  command->require_subcommand(1);
  auto* listing =
      add_command(*command, "list", "Alarms that nobody has acknowledged", "countersign alarm list");
  listing->add_flag("--all", options->all, "Those that were acknowledged, too");
  listing->callback(
      [&context, options] { context.run = [&context, options] { return list(context, *options); }; });
  auto* showing =
      add_command(*command, "show", "An alarm with its proof", "countersign alarm show 0123456789abcdef");
  showing->add_option("alarm", options->id, "Alarm")->required();
  showing->callback(
      [&context, options] { context.run = [&context, options] { return show(context, *options); }; });
  auto* acknowledging =
      add_command(*command, "acknowledge", "Say that somebody has seen to it; recorded in the system log",
                  "countersign alarm acknowledge 0123456789abcdef --reason 'the restored copy was stopped'");
  acknowledging->add_option("alarm", options->id, "Alarm")->required();
  acknowledging->add_option("--reason", options->reason, "What was found and done; 1 to 256 characters")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text.empty() || text.size() > 256 ? std::string("must have 1 to 256 characters")
                                                     : std::string();
          },
          ""));
  acknowledging->callback(
      [&context, options] { context.run = [&context, options] { return acknowledge(context, *options); }; });
}

}  // namespace countersign::apps
