#include "apps/countersign/command.h"
#include "apps/daemon/streaming/stream_book.h"
#include "apps/stream_settings.h"
#include "apps/system_events.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// How far a log was sent.
struct Progress {
  base::RegionId region;
  store::LogHead log;
  std::uint64_t next = 0;
};

/// What is known of a stream.
struct Standing {
  std::vector<Progress> logs;
  std::vector<ParkedRecord> parked;
  std::string error;
  base::Timestamp error_time, success_time;
  std::uint64_t behind() const {
    std::uint64_t out = 0;
    for (const auto& one : logs) out += one.log.size - std::min(one.next, one.log.size);
    return out;
  }
};

base::Result<const StreamSettings*> find(const Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.streams, name, &StreamSettings::name);
  if (found == config.streams.end())
    return fail(Code::not_found,
                fmt::format("there is no [[stream]] with the name {} in {}", name, config.file.string()));
  return &*found;
}

/// The book of a region in which the stream has begun.
base::Result<StreamBook> book_of(const Config& config, const StreamSettings& settings,
                                 const base::RegionId& region) {
  const auto folder = config.region_files(region).folder;
  const auto not_begun = [&] {
    return fail(Code::failed_precondition,
                fmt::format("the stream {} has not begun in {}: countersignd begins it when it starts",
                            settings.name, region.value()));
  };
  if (!std::filesystem::exists(StreamBook::file_of(folder))) return not_begun();
  TRY_ASSIGN(auto book, StreamBook::open(folder));
  TRY_ASSIGN(const auto state, book.state(settings.name));
  if (!state) return not_begun();
  return book;
}

/// The books of all its regions, of which each has begun.
base::Result<std::map<base::RegionId, StreamBook>> books_of(const Config& config,
                                                            const StreamSettings& settings) {
  std::map<base::RegionId, StreamBook> out;
  for (const auto& region : settings.regions) {
    TRY_ASSIGN(auto book, book_of(config, settings, region));
    out.emplace(region, std::move(book));
  }
  return out;
}

base::Result<void> add_region(const Config& config, const StreamSettings& settings,
                              const base::RegionId& region, Standing& out) {
  auto book = book_of(config, settings, region);
  if (!book && book.error().code == Code::failed_precondition) return {};
  if (!book) return fail(book.error());
  TRY_ASSIGN(const auto state, book->state(settings.name));
  if (state->success_time > out.success_time) out.success_time = state->success_time;
  if (!state->error.empty() && state->error_time > out.error_time) {
    out.error = state->error;
    out.error_time = state->error_time;
  }
  TRY_ASSIGN(const auto cursors, book->cursors(settings.name));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  TRY_ASSIGN(const auto logs, reader.logs());
  for (const auto& log : logs) {
    if (!settings.looks_into(base::tenant_of(log.name).value())) continue;
    const auto cursor = cursors.find(log.name.text);
    out.logs.push_back({region, log, cursor == cursors.end() ? 0 : cursor->second.next});
  }
  TRY_ASSIGN(auto parked, book->parked(settings.name));
  std::ranges::move(parked, std::back_inserter(out.parked));
  return {};
}

base::Result<Standing> standing_of(const Config& config, const StreamSettings& settings) {
  Standing out;
  for (const auto& region : settings.regions) TRY(add_region(config, settings, region, out));
  return out;
}

boost::json::value time_or_null(base::Timestamp time) {
  return time.micros == 0 ? boost::json::value() : boost::json::value(base::format_rfc3339(time));
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  boost::json::array data;
  auto text =
      fmt::format("{:<20} {:<40} {:>10} {:>8}  {}\n", "STREAM", "WHERE", "BEHIND", "REFUSED", "LAST TAKEN");
  for (const auto& one : config.streams) {
    TRY_ASSIGN(const auto standing, standing_of(config, one));
    data.push_back({{"name", one.name},
                    {"where", one.text()},
                    {"behind", standing.behind()},
                    {"refused", standing.parked.size()},
                    {"last_taken", time_or_null(standing.success_time)},
                    {"error", standing.error}});
    text += fmt::format(
        "{:<20} {:<40} {:>10} {:>8}  {}\n", one.name, one.text(), standing.behind(), standing.parked.size(),
        standing.success_time.micros == 0 ? "never" : base::format_rfc3339(standing.success_time));
    if (!standing.error.empty()) text += fmt::format("  {}\n", standing.error);
  }
  print(context, data, text);
  return 0;
}

base::Result<int> status(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto* settings, find(config, name));
  TRY_ASSIGN(const auto standing, standing_of(config, *settings));
  boost::json::array logs, parked;
  auto text = fmt::format("{} to {} ({}), behind by {} records\n", name, settings->text(),
                          settings->destination, standing.behind());
  for (const auto& one : standing.logs) {
    logs.push_back({{"log", one.log.name.text}, {"size", one.log.size}, {"next", one.next}});
    text +=
        fmt::format("  {}: {} of {}\n", one.log.name.text, std::min(one.next, one.log.size), one.log.size);
  }
  for (const auto& one : standing.parked) {
    parked.push_back({{"log", one.log},
                      {"seq", one.seq},
                      {"why", one.why},
                      {"time", base::format_rfc3339(one.time)},
                      {"ordered", one.again}});
    text += fmt::format("  refused: record {} of {}: {}\n", one.seq, one.log, one.why);
  }
  if (!standing.error.empty())
    text +=
        fmt::format("the last attempt, {}: {}\n", base::format_rfc3339(standing.error_time), standing.error);
  print(context,
        boost::json::object{{"name", name},
                            {"where", settings->text()},
                            {"destination", settings->destination},
                            {"behind", standing.behind()},
                            {"logs", std::move(logs)},
                            {"refused", std::move(parked)},
                            {"last_taken", time_or_null(standing.success_time)},
                            {"error", standing.error}},
        text);
  return 0;
}

struct RewindChoice {
  std::string name, tenant, since;
  std::optional<std::uint64_t> seq;
};

/// A log that is to be sent from a record on.
struct Rewind {
  base::RegionId region;
  std::string log;
  std::uint64_t next = 0;
};

base::Result<std::vector<Rewind>> rewinds_of(const Config& config, const StreamSettings& settings,
                                             const RewindChoice& choice) {
  base::Timestamp since;
  if (!choice.since.empty()) {
    auto read = base::parse_rfc3339(choice.since);
    if (!read) return fail("--since", read.error());
    since = *read;
  }
  std::vector<Rewind> out;
  for (const auto& region : settings.regions) {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
    TRY_ASSIGN(const auto logs, reader.logs());
    for (const auto& log : logs) {
      const auto tenant = base::tenant_of(log.name).value();
      if (!settings.looks_into(tenant) || (!choice.tenant.empty() && tenant != choice.tenant)) continue;
      auto next = choice.seq.value_or(0);
      if (!choice.seq) {
        TRY_ASSIGN(next, reader.first_received(log, since, log.size));
      }
      if (next > log.size)
        return fail(Code::invalid_argument, fmt::format("{} has {} records", log.name.text, log.size));
      out.push_back({region, log.name.text, next});
    }
  }
  if (out.empty()) return fail(Code::not_found, "the stream looks into no such log");
  return out;
}

/// What the system log is told of a command before it is carried out.
boost::json::object told(const char* type, const char* command, const std::string& name,
                         const std::string& context) {
  return system_event_now(type, {{"actor", {{"id", caller()}}},
                                 {"action", {{"name", command}, {"resource", name}, {"context", context}}}});
}

base::Result<int> rewind(const Context& context, const RewindChoice& choice) {
  if (choice.seq.has_value() == !choice.since.empty())
    return fail(Code::invalid_argument, "say from where on to send again: --seq NUMBER or --since TIME");
  if (choice.seq && choice.tenant.empty())
    return fail(Code::invalid_argument, "--seq needs --tenant: numbers are those of one log");
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto* settings, find(config, choice.name));
  // All is looked at before anything is done, so that it is done in every region or in none.
  TRY_ASSIGN(const auto rewinds, rewinds_of(config, *settings, choice));
  TRY_ASSIGN(auto books, books_of(config, *settings));
  boost::json::array data;
  std::string text;
  for (const auto& one : rewinds) {
    const auto where = fmt::format("log={} seq={}", one.log, one.next);
    // First said, then done: what goes out a second time is in the record.
    TRY(leave_in_outbox(config.region_files(one.region),
                        told("stream.rewound", "stream rewind", settings->name, where)));
    TRY(books.at(one.region).rewind(settings->name, one.log, one.next));
    data.push_back({{"log", one.log}, {"next", one.next}});
    text += fmt::format("{} is sent from record {} on.\n", one.log, one.next);
  }
  print(context, data, text);
  return 0;
}

/// What the system log is told of an order about refused events: one for each log.
std::vector<boost::json::object> told_of_refused(const char* type, const char* command,
                                                 const std::string& name,
                                                 const std::vector<ParkedRecord>& parked) {
  std::vector<boost::json::object> out;
  for (auto begin = parked.begin(); begin != parked.end();) {
    const auto end =
        std::find_if(begin, parked.end(), [&](const auto& one) { return one.log != begin->log; });
    out.push_back(told(type, command, name,
                       fmt::format("log={} events={} first={} last={}", begin->log, end - begin, begin->seq,
                                   std::prev(end)->seq)));
    begin = end;
  }
  return out;
}

/// Does something to what a stream's destination refused, after the system log was told.
struct RefusedOrder {
  const char* type;
  const char* command;
  const char* done_word;
  std::function<base::Result<void>(StreamBook&, const std::string&, const std::vector<ParkedRecord>&)> act;
};

base::Result<int> to_refused(const Context& context, const std::string& name, const RefusedOrder& order) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto* settings, find(config, name));
  TRY_ASSIGN(auto books, books_of(config, *settings));
  std::size_t count = 0;
  for (auto& [region, book] : books) {
    TRY_ASSIGN(const auto parked, book.parked(name));
    TRY(leave_in_outbox(config.region_files(region),
                        told_of_refused(order.type, order.command, name, parked)));
    TRY(order.act(book, name, parked));
    count += parked.size();
  }
  print(context, boost::json::object{{"events", count}},
        fmt::format("{} {} {}.\n", count, count == 1 ? "event is" : "events are", order.done_word));
  return 0;
}

std::shared_ptr<std::string> add_name(CLI::App& command) {
  auto name = std::make_shared<std::string>();
  command.add_option("name", *name, "Name of the stream")->required();
  return name;
}

void add_rewind(CLI::App& command, Context& context) {
  auto* again = add_command(command, "rewind", "Send records once more, or pass over them",
                            "countersign stream rewind siem --since 2026-01-31T00:00:00Z");
  auto choice = std::make_shared<RewindChoice>();
  again->add_option("name", choice->name, "Name of the stream")->required();
  again->add_option("--tenant", choice->tenant, "Only the log of this tenant");
  again->add_option("--seq", choice->seq, "From this record on");
  again->add_option("--since", choice->since, "From the first record on that was received then or later");
  again->callback(
      [&context, choice] { context.run = [&context, choice] { return rewind(context, *choice); }; });
}

}  // namespace

void add_stream(CLI::App& app, Context& context) {
  auto* command = add_command(app, "stream", "What is sent to SIEMs, and how far", "countersign stream list");
  command->require_subcommand(1);
  auto* listing =
      add_command(*command, "list", "The streams, and how far behind they are", "countersign stream list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* showing = add_command(*command, "status", "How far each log was sent, and what was refused",
                              "countersign stream status siem");
  showing->callback([&context, name = add_name(*showing)] {
    context.run = [&context, name] { return status(context, *name); };
  });
  add_rewind(*command, context);
  auto* retrying =
      add_command(*command, "retry", "Send again what was refused", "countersign stream retry siem");
  retrying->callback([&context, name = add_name(*retrying)] {
    context.run = [&context, name] {
      return to_refused(context, *name,
                        {"stream.rewound", "stream retry", "sent again as soon as countersignd runs",
                         [](auto& book, const auto& stream, const auto& parked) {
                           return book.order_again(stream, parked);
                         }});
    };
  });
  auto* dropping = add_command(*command, "drop", "Forget what was refused", "countersign stream drop siem");
  dropping->callback([&context, name = add_name(*dropping)] {
    context.run = [&context, name] {
      return to_refused(context, *name,
                        {"stream.dropped", "stream drop", "dropped; the records stay in the ledger",
                         [](auto& book, const auto& stream, const auto& parked) {
                           return book.drop_parked(stream, parked);
                         }});
    };
  });
}

}  // namespace countersign::apps
