#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/keys.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant;
  std::string region;
  std::uint64_t size = 0;
  bool keys = false;
  bool cosigned = false;
};

/// The newest that most witnesses have cosigned.
base::Result<std::optional<store::CheckpointRow>> cosigned_checkpoint(const store::RegionFiles& files,
                                                                      store::LedgerReader& reader,
                                                                      const store::LogHead& log,
                                                                      std::uint64_t least) {
  TRY_ASSIGN(auto book, witness::CosignatureBook::find(files.folder));
  if (!book) return std::optional<store::CheckpointRow>();
  TRY_ASSIGN(const auto size, book->most_cosigned(log.name, std::max<std::uint64_t>(least, 1), log.size));
  if (!size) return std::optional<store::CheckpointRow>();
  return reader.checkpoint_covering(log, *size);
}

base::Result<int> checkpoint(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  TRY_ASSIGN(const auto log, reader.log(base::TenantId(options.tenant)));
  if (options.keys) {
    TRY_ASSIGN(const auto chain, store::key_chain_of(reader.identity(), log.name));
    boost::json::array all;
    for (const auto& key : chain.verifiers()) all.emplace_back(key.to_vkey());
    print(context,
          boost::json::object{{"log_key", chain.newest_log_key().to_vkey()},
                              {"clock_key", chain.newest_clock_key().to_vkey()},
                              {"all", std::move(all)}},
          chain.newest_log_key().to_vkey() + "\n" + chain.newest_clock_key().to_vkey() + "\n");
    return 0;
  }
  TRY_ASSIGN(auto row, options.cosigned
                           ? cosigned_checkpoint(config.region_files(region), reader, log, options.size)
                       : options.size > 0 ? reader.checkpoint_covering(log, options.size)
                                          : reader.newest_checkpoint(log));
  if (!row && options.cosigned)
    return base::fail(
        base::Code::not_found,
        fmt::format("no witness has cosigned a checkpoint of {} that covers that; see: countersign "
                    "witness list",
                    log.name.text));
  if (!row)
    return base::fail(
        base::Code::not_found,
        fmt::format(
            "no checkpoint of {} covers that yet; countersignd signs one a second or so after an append",
            log.name.text));
  TRY_ASSIGN(row->note, witness::with_cosignatures(config.region_files(region).folder, log.name, row->size,
                                                   std::move(row->note)));
  print(context,
        boost::json::object{{"log", log.name.text},
                            {"size", row->size},
                            {"time", base::format_rfc3339({row->time * 1'000'000})},
                            {"note", row->note}},
        row->note);
  return 0;
}

}  // namespace

void add_checkpoint(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "checkpoint",
                              "Print the newest signed checkpoint of a log: keep it elsewhere, and no "
                              "history can be rewritten unseen",
                              "countersign checkpoint acme > acme.checkpoint");
  command->add_option("tenant", options->tenant, "Tenant")->required();
  command->add_option("--size", options->size,
                      "The oldest checkpoint that covers this many records, instead of the newest");
  command->add_flag("--keys", options->keys,
                    "Print the public keys (vkeys) that checkpoints are verified with instead");
  command->add_flag("--cosigned", options->cosigned,
                    "The newest that most witnesses have cosigned, with their cosignatures");
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return checkpoint(context, *options); }; });
}

}  // namespace countersign::apps
