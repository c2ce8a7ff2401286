#include "ledger/projection/search.h"

#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/countersign/times.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant;
  std::vector<std::string> query;
  std::string region, from, before;
  std::uint64_t hits_max = 20;
};

/// A query that was split by the shell: a part that holds a space was quoted there.
std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (std::string_view part : parts) {
    const bool spaced = part.find(' ') != std::string_view::npos && part.find('"') == std::string_view::npos;
    if (!out.empty()) out += ' ';
    if (!spaced || parts.size() == 1) {
      out += part;
      continue;
    }
    if (part.front() == '-') {
      out += '-';
      part.remove_prefix(1);
    }
    const auto colon = part.find(':');
    if (colon != std::string_view::npos && part.find(' ') > colon) {
      out += part.substr(0, colon + 1);
      part.remove_prefix(colon + 1);
    }
    out += "\"" + std::string(part) + "\"";
  }
  return out;
}

base::Result<int> search(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  const auto files = config.region_files(region);
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  const base::TenantId tenant(options.tenant);
  TRY_ASSIGN(const auto log, reader.log(tenant));
  projection::SearchRequest request;
  request.log = log.number;
  request.hits_max = options.hits_max;
  TRY_ASSIGN(request.terms, projection::parse_query(joined(options.query)));
  TRY_ASSIGN(request.from, time_of(options.from));
  TRY_ASSIGN(request.before, time_of(options.before));
  auto opened = projection::Searcher::open(files.index());
  if (!opened)
    return base::fail(opened.error().code,
                      opened.error().message +
                          "; the index is kept by countersignd, or make it with: countersign index rebuild");
  const auto find_token = [&](record::Kind kind,
                              std::string_view value) -> base::Result<std::optional<std::string>> {
    TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
    TRY_ASSIGN(const auto keys, vault::open_keys(files.vault(), kek));
    TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
    return vault.find(tenant, kind, value);
  };
  TRY_ASSIGN(const auto answer, opened->search(request, find_token));
  boost::json::array data;
  std::string text =
      fmt::format("{:>10}  {:<27}  {:<22} {:<10} {}\n", "SEQ", "RECEIVED", "TYPE", "FACTOR", "SOURCE");
  for (const auto seq : answer.hits) {
    auto found = reader.record(log, base::seq_at(seq));
    // Retired, and the index has yet to forget it.
    if (!found && found.error().code == base::Code::not_found) continue;
    TRY_ASSIGN(const auto bytes, std::move(found));
    TRY_ASSIGN(const auto view, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(view.event));
    data.push_back(boost::json::value(bytes));
    text += fmt::format("{:>10}  {}  {:<22} {:<10} {}\n", seq, base::format_rfc3339(view.received),
                        event.plain(record::kType), event.plain(record::kChallengeFactor), view.source);
  }
  if (answer.hits.empty()) text = "No record matches.\n";
  print(context, boost::json::object{{"log", log.name.text}, {"records", std::move(data)}}, text);
  return 0;
}

}  // namespace

void add_search(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "search", "Find records by words and by member:value, newest first",
                  "countersign search acme failed challenge.factor:sms actor.email:ana@example.com");
  command->add_option("tenant", options->tenant, "Tenant")->required();
  command->add_option(
      "query", options->query,
      "Words and member:value terms; personal values are found exactly; word* for words that begin so; "
      "behind --, -word and -member:value exclude");
  command->add_option("--from", options->from, "Received at or after this RFC 3339 time");
  command->add_option("--before", options->before, "Received before this RFC 3339 time");
  command->add_option("--limit", options->hits_max, "Most records to print")->check(CLI::Range(1, 100'000));
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return search(context, *options); }; });
}

}  // namespace countersign::apps
