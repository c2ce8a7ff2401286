#include "apps/countersign/command.h"
#include "apps/keys.h"
#include "ledger/base/file.h"
#include "ledger/witness/cosignature_book.h"
#include "ledger/witness/witness_state.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

struct Options {
  std::string name;
};

std::string section_of(const WitnessSettings& settings) {
  return fmt::format("[witness]\nname = \"{}\"\nkey = \"{}\"\n", settings.name, settings.key.string());
}

/// Key and state are made together: a key whose state was lost must not be used again.
base::Result<int> init(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  auto settings = config.witness;
  if (!settings.on()) {
    if (options.name.empty())
      return fail(Code::invalid_argument,
                  "name the witness, such as witness.example.com/w1: the name stands in every cosignature");
    settings.name = options.name;
    settings.key = config.file.parent_path() / "keys" / "witness.key";
  } else if (!options.name.empty() && options.name != settings.name) {
    return fail(Code::invalid_argument, fmt::format("[witness] names {} already", settings.name));
  }
  const auto state = witness_state_file(config.heads);
  std::error_code ignored;
  for (const auto& file : {settings.key, state}) {
    if (std::filesystem::exists(file, ignored))
      return fail(
          Code::already_exists,
          fmt::format("{} is there already; a witness has one key and remembers what it cosigned with "
                      "it, so neither is made anew",
                      file.string()));
  }
  TRY(base::make_folders_durably(settings.key.parent_path()));
  TRY(base::make_folders_durably(config.heads));
  TRY_ASSIGN(const auto key, create_witness_key(settings.key, settings.name, crypto::system_entropy()));
  if (auto made = witness::WitnessState::create(state, key); !made) {
    std::filesystem::remove(settings.key, ignored);
    return fail(made.error());
  }
  print(
      context,
      boost::json::object{{"vkey", key.to_vkey()}, {"key", settings.key.string()}, {"state", state.string()}},
      fmt::format(
          "The witness has the key\n\n  {}\n\nPut this into {}, with the logs that it is to cosign for "
          "(their operators get them\nfrom `countersign witness logs`), and restart countersignd:\n\n{}",
          key.to_vkey(), config.file.string(), section_of(settings)));
  return 0;
}

base::Result<int> key(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  if (!config.witness.on())
    return fail(Code::failed_precondition,
                "this appliance is no witness; make its key with: countersign witness init NAME");
  TRY_ASSIGN(const auto read, read_witness_key(config.witness));
  print(context, boost::json::object{{"vkey", read.verifier.to_vkey()}}, read.verifier.to_vkey() + "\n");
  return 0;
}

/// What a witness's operator puts into the configuration there.
base::Result<int> logs(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  boost::json::array documents;
  std::string text;
  for (const auto& region : config.regions) {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(config.region_files(region).ledger()));
    TRY_ASSIGN(const auto chain, key_chain_of(ledger.identity()));
    const auto origin = fmt::format("{}/{}/", config.origin, region.value());
    boost::json::array vkeys;
    text += fmt::format("[[witness.logs]]\norigin = \"{}\"\nvkeys = [\n", origin);
    for (const auto& one : {chain.newest_log_key(), chain.newest_clock_key()}) {
      vkeys.emplace_back(one.to_vkey());
      text += fmt::format("  \"{}\",\n", one.to_vkey());
    }
    text += "]\n";
    documents.push_back({{"origin", origin}, {"vkeys", std::move(vkeys)}});
  }
  print(context, boost::json::object{{"logs", std::move(documents)}}, text);
  return 0;
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  boost::json::array documents;
  std::string text;
  for (const auto& region : config.regions) {
    const auto files = config.region_files(region);
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
    TRY_ASSIGN(auto book, witness::CosignatureBook::find(files.folder));
    TRY_ASSIGN(const auto all, ledger.logs());
    for (const auto& log : all) {
      for (const auto& witness : config.cosigning.witnesses) {
        std::optional<witness::CosignatureBook::Cosigned> last;
        if (book) {
          TRY_ASSIGN(last, book->newest(log.name, witness.key));
        }
        boost::json::object one{{"log", log.name.text},
                                {"records", log.size},
                                {"witness", witness.name},
                                {"vkey", witness.key.to_vkey()},
                                {"cosigned", nullptr}};
        if (last)
          one["cosigned"] = {{"size", last->size}, {"time", base::format_rfc3339({last->time * 1'000'000})}};
        documents.push_back(std::move(one));
        text += fmt::format("{:<48} {:>10} records, {}: {}\n", log.name.text, log.size, witness.name,
                            last ? fmt::format("cosigned {} at {}", last->size,
                                               base::format_rfc3339({last->time * 1'000'000}))
                                 : std::string("has cosigned nothing"));
      }
    }
  }
  if (config.cosigning.witnesses.empty())
    text = "No witness is configured ([[witnesses]]): nobody outside could show a second history.\n";
  print(context, boost::json::object{{"witnesses", std::move(documents)}}, text);
  return 0;
}

}  // namespace

void add_witness(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "witness",
                              "Parties outside that cosign checkpoints, and being one for others (C2SP "
                              "tlog-witness)",
                              "countersign witness list");
  command->require_subcommand(1);
  auto* listing =
      add_command(*command, "list", "What the witnesses of this appliance cosigned last of each log",
                  "countersign witness list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* naming = add_command(*command, "logs",
                             "Print the logs of this appliance as a witness's operator needs them, for "
                             "[[witness.logs]] there",
                             "countersign witness logs");
  naming->callback([&context] { context.run = [&context] { return logs(context); }; });
  auto* making = add_command(*command, "init", "Make the key with which this appliance cosigns for others",
                             "countersign witness init witness.example.com/w1");
  making->add_option("name", options->name, "Name of the witness, in every cosignature ([witness] name)");
  making->callback(
      [&context, options] { context.run = [&context, options] { return init(context, *options); }; });
  auto* showing =
      add_command(*command, "key", "Print the public key (vkey) with which this appliance cosigns",
                  "countersign witness key");
  showing->callback([&context] { context.run = [&context] { return key(context); }; });
}

}  // namespace countersign::apps
