#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/system_events.h"
#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant;
  std::uint64_t seq = 0;
  std::string region;
  bool reveal = false;
};

base::Result<boost::json::array> disclosures_of(const Config& config, const base::RegionId& region,
                                                const base::TenantId& tenant,
                                                const record::EventView& event) {
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  const auto files = config.region_files(region);
  TRY_ASSIGN(const auto keys, vault::open_keys(files.vault(), kek));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
  boost::json::array disclosed;
  base::Result<void> done;
  TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
    if (!done) return;
    auto opened = vault.disclose(tenant, at.token);
    if (!opened) {
      done = base::fail(opened.error());
    } else if (*opened) {
      disclosed.push_back({{"token", (*opened)->token},
                           {"kind", to_string((*opened)->kind)},
                           {"salt", base::to_base64url(base::Bytes((*opened)->salt))},
                           {"value", (*opened)->value}});
    } else {
      disclosed.push_back({{"token", at.token}, {"kind", to_string(at.kind)}, {"erased", true}});
    }
  }));
  TRY(done);
  return disclosed;
}

base::Result<void> note_the_look(const Config& config, const base::RegionId& region, const Options& options) {
  auto event = system_event_now("personal.viewed");
  event["action"] = {{"name", "show"},
                     {"resource", fmt::format("{}/{}", options.tenant, options.seq)},
                     {"context", "countersign show --reveal"}};
  return leave_in_outbox(config.region_files(region), event);
}

base::Result<int> show(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  const base::TenantId tenant(options.tenant);
  TRY_ASSIGN(const auto log, reader.log(tenant));
  TRY_ASSIGN(const auto bytes, reader.record(log, base::seq_at(options.seq)));
  TRY_ASSIGN(const auto view, record::read_record(bytes));
  const auto hash = base::to_base64(record::record_hash(bytes).view());
  boost::json::object data{{"record", bytes}, {"hash", hash}};
  std::string text = fmt::format("{}\n\nrecord hash  {}\n", bytes, hash);
  if (options.reveal) {
    TRY_ASSIGN(const auto event, record::read_event(view.event));
    TRY_ASSIGN(auto disclosed, disclosures_of(config, region, tenant, event));
    // Before anything is shown; a look that a missing key prevents is none.
    TRY(note_the_look(config, region, options));
    for (const auto& value : disclosed) {
      const auto& object = value.get_object();
      const auto* opened = object.if_contains("value");
      text += fmt::format("{:<12} {}  {}\n", std::string(object.at("kind").as_string()),
                          std::string(object.at("token").as_string()),
                          opened != nullptr ? std::string(opened->as_string()) : "(erased)");
    }
    data["disclosures"] = std::move(disclosed);
  }
  print(context, data, text);
  return 0;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "show", "Print one record, byte for byte, with its hash", "countersign show acme 42");
  command->add_option("tenant", options->tenant, "Tenant")->required();
  command->add_option("seq", options->seq, "Sequence number in the tenant's log")->required();
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->add_flag(
      "--reveal", options->reveal,
      "Also print the personal values behind its tokens; the look is recorded in the system log");
  command->callback(
      [&context, options] { context.run = [&context, options] { return show(context, *options); }; });
}

}  // namespace countersign::apps
