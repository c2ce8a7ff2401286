#include "apps/countersign/command.h"
#include "apps/notify_settings.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/region_lock.h"
#include "web/notify/deliveries.h"
#include "web/notify/notice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// A delivery, and the region that it is in.
struct Placed {
  base::RegionId region;
  notify::Listed listed;
};

std::vector<Placed> all_deliveries(const Config& config) {
  std::vector<Placed> out;
  for (const auto& region : config.regions)
    for (auto& one : notify::list_deliveries(notify::DeliveryFolder::of(config.region_files(region).folder)))
      out.push_back({region, std::move(one)});
  return out;
}

bool is_configured(const Config& config, const std::string& name) {
  return std::ranges::find(config.notify, name, &NotifySettings::name) != config.notify.end();
}

std::string state_of(const Config& config, const notify::Listed& one) {
  if (one.dead) return "given up";
  if (!is_configured(config, one.destination)) return "no such destination";
  return one.delivery.attempts == 0 ? "waits" : "to be tried again";
}

/// As `of acme, finding 0123456789abcdef`.
std::string about(const notify::Notice& notice) {
  if (!notice.request.empty()) return "request " + notice.request;
  if (notice.answer) return notify::answers_of(notice);
  return fmt::format("{}, {}", notice.tenant,
                     notice.document ? "document " + notice.document->id : "finding " + notice.finding);
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  const auto deliveries = all_deliveries(config);
  boost::json::object data;
  auto& destinations = data["destinations"].emplace_array();
  std::string text =
      fmt::format("{:<20} {:<36} {:>7} {:>8}\n", "DESTINATION", "WHERE", "WAITING", "GIVEN UP");
  for (const auto& one : config.notify) {
    const auto count = [&](bool dead) {
      return std::ranges::count_if(deliveries, [&](const Placed& placed) {
        return placed.listed.destination == one.name && placed.listed.dead == dead;
      });
    };
    destinations.push_back(
        {{"name", one.name}, {"where", one.text()}, {"waiting", count(false)}, {"given_up", count(true)}});
    text += fmt::format("{:<20} {:<36} {:>7} {:>8}\n", one.name, one.text(), count(false), count(true));
  }
  auto& listed = data["deliveries"].emplace_array();
  for (const auto& [region, one] : deliveries) {
    const auto notice = notify::parse_body(one.delivery.body).value_or(notify::Notice());
    const auto state = state_of(config, one);
    const auto due = base::format_rfc3339(one.delivery.due);
    listed.push_back({{"id", one.delivery.id},
                      {"destination", one.destination},
                      {"region", region.value()},
                      {"state", state},
                      {"type", notice.type},
                      {"tenant", notice.tenant},
                      {"finding", notice.finding},
                      {"document", notice.document ? notice.document->id : std::string()},
                      {"answer", notice.answer ? notice.answer->answer : std::string()},
                      {"questionnaire", notice.answer ? notice.answer->questionnaire : std::string()},
                      {"request", notice.request},
                      {"attempts", one.delivery.attempts},
                      {"due", one.dead ? boost::json::value() : boost::json::value(due)},
                      {"error", one.delivery.error}});
    text += fmt::format("\n{} {} for {}: {} of {}\n", one.delivery.id, state, one.destination, notice.type,
                        about(notice));
    if (one.delivery.attempts > 0)
      text += fmt::format("  {} attempts; the last: {}{}\n", one.delivery.attempts, one.delivery.error,
                          one.dead ? "" : "; next at " + due.substr(0, 19) + "Z");
  }
  print(context, data, text);
  return 0;
}

struct Choice {
  std::vector<std::string> ids;
  std::string destination;
};

/// What was chosen: by id, with the destination where the id is with several; without an id all that was
/// given up for a destination. invalid_argument: nothing is named, or not whose. not_found: one that is named
/// is not there.
base::Result<std::vector<Placed>> chosen(const Config& config, const Choice& choice) {
  if (choice.ids.empty() && choice.destination.empty())
    return fail(Code::invalid_argument,
                "name ids, or a destination with --destination; see: countersign notify list");
  std::vector<Placed> out;
  std::map<std::string, std::set<std::string>> destinations;
  for (auto& placed : all_deliveries(config)) {
    const auto& one = placed.listed;
    const bool named = std::ranges::find(choice.ids, one.delivery.id) != choice.ids.end();
    if (!choice.destination.empty() && one.destination != choice.destination) continue;
    if (choice.ids.empty() ? !one.dead : !named) continue;
    destinations[one.delivery.id].insert(one.destination);
    out.push_back(std::move(placed));
  }
  for (const auto& id : choice.ids) {
    const auto& with = destinations[id];
    if (with.size() > 1)
      return fail(
          Code::invalid_argument,
          fmt::format("{} is a delivery to each of {}; say which with --destination. Nothing was done", id,
                      fmt::join(with, ", ")));
    if (with.empty())
      return fail(Code::not_found,
                  "there is no such delivery, and nothing was done; see: countersign notify list");
  }
  if (out.empty()) return fail(Code::not_found, "there is no such delivery; see: countersign notify list");
  return out;
}

template <class Do>
base::Result<int> to_chosen(const Context& context, const Choice& choice, std::string_view done_word,
                            const Do& act) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto deliveries, chosen(config, choice));
  boost::json::array done;
  for (const auto& [region, one] : deliveries) {
    TRY(act(notify::DeliveryFolder::of(config.region_files(region).folder), one));
    done.push_back({{"id", one.delivery.id}, {"destination", one.destination}});
  }
  const auto count = done.size();
  print(context, done,
        fmt::format("{} {} {}.\n", count, count == 1 ? "delivery is" : "deliveries are", done_word));
  return 0;
}

base::Result<int> retry(const Context& context, const Choice& choice) {
  return to_chosen(context, choice, "sent again as soon as countersignd runs",
                   [](const notify::DeliveryFolder& folder, const notify::Listed& one) {
                     return notify::send_again(folder, one, base::system_clock()());
                   });
}

base::Result<int> drop(const Context& context, const Choice& choice) {
  return to_chosen(context, choice, "dropped; what was to be told stays in the system log", notify::drop);
}

/// The test as it stands now; absent once the destination has taken it.
std::optional<notify::Listed> find_test(const notify::DeliveryFolder& folder, const std::string& name) {
  for (auto& one : notify::list_deliveries(folder))
    if (one.delivery.name == name && !one.dead) return std::move(one);
  return {};
}

base::Result<int> test(const Context& context, const std::string& name) {
  constexpr std::chrono::seconds kPatience{60};
  constexpr std::chrono::milliseconds kPause{50};
  TRY_ASSIGN(const auto config, load(context));
  const auto settings = std::ranges::find(config.notify, name, &NotifySettings::name);
  if (settings == config.notify.end())
    return fail(Code::not_found,
                fmt::format("there is no [[notify]] with the name {} in {}", name, config.file.string()));
  const auto& region = config.regions.front();
  const auto files = config.region_files(region);
  if (store::RegionLock::take(files.lock()))
    return fail(Code::unavailable, "countersignd, which sends, is not running");
  const auto id = crypto::random_id(crypto::system_entropy());
  const auto now = base::system_clock()();
  notify::Notice notice;
  notice.type = notify::kTest;
  notice.time = base::format_rfc3339(now);
  notice.tenant = settings->tenants.empty() ? "example" : settings->tenants.front();
  notice.region = region.value();
  notice.log = base::log_name(config.origin, region, base::TenantId(notice.tenant)).text;
  notice.finding = id.substr(0, 16);
  notice.severity = "low";
  const auto folder = notify::DeliveryFolder::of(files.folder);
  const notify::Delivery delivery{notify::test_name(id), "msg_" + id, notify::to_body(notice), 0, 0, now, {}};
  TRY(notify::leave_test(folder, name, delivery));
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto found = find_test(folder, delivery.name);
    const bool over = std::chrono::steady_clock::now() > until;
    if (!found) break;
    if (found->delivery.attempts > 0 || over) {
      static_cast<void>(notify::drop(folder, *found));
      return fail(
          Code::unavailable,
          over ? fmt::format("countersignd did not send to {}: it does not know the destination yet (restart "
                             "it), or the destination asked for time or said that it is gone",
                             name)
               : fmt::format("{} ({}) did not take the test: {}", name, settings->text(),
                             found->delivery.error));
    }
    std::this_thread::sleep_for(kPause);
  }
  print(context, boost::json::object{{"destination", name}, {"id", delivery.id}},
        fmt::format("{} ({}) took the test {}.\n", name, settings->text(), delivery.id));
  return 0;
}

std::shared_ptr<Choice> add_choice(CLI::App& command) {
  auto choice = std::make_shared<Choice>();
  command.add_option("id", choice->ids, "Ids of deliveries: msg_…");
  command.add_option("--destination", choice->destination,
                     "The one for this destination, where several are told the same; without an id, all that "
                     "were given up for it");
  return choice;
}

}  // namespace

void add_notify(CLI::App& app, Context& context) {
  auto* command = add_command(app, "notify", "Where findings are sent to, and what could not be sent",
                              "countersign notify list");
  command->require_subcommand(1);
  auto* listing = add_command(*command, "list", "The destinations, what waits for them and what was given up",
                              "countersign notify list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* again = add_command(*command, "retry", "Send again what was given up, or at once what waits",
                            "countersign notify retry --destination pager");
  again->callback([&context, choice = add_choice(*again)] {
    context.run = [&context, choice] { return retry(context, *choice); };
  });
  auto* dropping = add_command(*command, "drop", "Delete deliveries without sending them",
                               "countersign notify drop --destination pager");
  dropping->callback([&context, choice = add_choice(*dropping)] {
    context.run = [&context, choice] { return drop(context, *choice); };
  });
  auto name = std::make_shared<std::string>();
  auto* testing = add_command(*command, "test", "Have the daemon send a test, and say what came of it",
                              "countersign notify test pager");
  testing->add_option("name", *name, "Name of the destination")->required();
  testing->callback([&context, name] { context.run = [&context, name] { return test(context, *name); }; });
}

}  // namespace countersign::apps
