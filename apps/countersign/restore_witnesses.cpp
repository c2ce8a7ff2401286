#include "apps/countersign/restore_witnesses.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/keys.h"
#include "collector/http/url.h"
#include "ledger/base/file.h"
#include "ledger/tree/note.h"
#include "ledger/witness/cosigning.h"
#include "web/senders/fetch.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

using base::Code;

bool never() { return false; }

base::Result<void> ask(const KnownWitnessSettings& settings, store::LedgerReader& ledger,
                       const std::vector<crypto::Ed25519PublicKey>& younger, AskedWitness& asked,
                       std::vector<backup::KeptCheckpoint>& checkpoints) {
  const auto exchange = exchange_with(settings, never);
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto keys, witness::keys_of_log(ledger.identity(), log.name, younger));
    TRY_ASSIGN(auto found, witness::newest_witnessed(log.name, keys, known_witness(settings), exchange));
    if (!found) {
      // That it has cosigned nothing is one way to read this; that it is of a make that does not show it,
      // another.
      if (log.size > 0)
        asked.error += fmt::format("{}it shows nothing that it has cosigned of {}",
                                   asked.error.empty() ? "" : "; ", log.name.text);
      continue;
    }
    ++asked.logs;
    checkpoints.push_back({std::move(found->note), "a witness", false, found->time});
  }
  return {};
}

}  // namespace

base::Result<HeardWitnesses> hear_witnesses(const Config& config, store::LedgerReader& ledger) {
  HeardWitnesses out;
  if (config.cosigning.witnesses.empty()) return out;
  const auto younger = younger_log_keys(config);
  for (const auto& settings : config.cosigning.witnesses) {
    AskedWitness asked{settings.name, 0, {}};
    if (const auto done = ask(settings, ledger, younger, asked, out.checkpoints); !done)
      asked.error = done.error().message;
    out.witnesses.push_back(std::move(asked));
  }
  return out;
}

base::Result<std::string> read_or_fetch(const std::string& place) {
  if (!http::parse_url(place)) return base::read_file(place, tree::kNoteBytesMax);
  senders::FetchOptions options;
  options.url = place;
  options.answer_bytes_max = tree::kNoteBytesMax;
  TRY_ASSIGN(auto answer, senders::fetch(options, nullptr, never));
  if (answer.status != 200)
    return base::fail(
        Code::unavailable,
        fmt::format("the address that was given as --witness-checkpoint answered {}", answer.status));
  return std::move(answer.body);
}

}  // namespace countersign::apps
