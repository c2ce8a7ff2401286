#include "apps/countersign/restore_witnesses.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/daemon/witness/expected_logs.h"
#include "apps/keys.h"
#include "collector/http/url.h"
#include "ledger/base/file.h"
#include "ledger/tree/note.h"
#include "ledger/witness/hearing.h"
#include "web/senders/fetch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace countersign::apps {
namespace {

using base::Code;

constexpr const char* kSaidOnly = "a witness, which does not show it";

bool never() { return false; }

/// One witness that is asked about one log after another.
class Asking {
 public:
  Asking(const KnownWitnessSettings& settings, HeardWitnesses& heard) : settings_(settings), heard_(heard) {}

  base::Result<void> ask(store::LedgerReader& ledger, const store::LogHead& log,
                         const std::vector<crypto::Ed25519PublicKey>& younger) {
    if (silences_ == kSilencesMax) {
      miss(log.name, "it does not answer");
      return {};
    }
    TRY_ASSIGN(const auto keys, witness::keys_of_log(ledger.identity(), log.name, younger));
    const auto exchange = exchange_with(settings_, never, connections_);
    auto found = witness::hear(ledger, log.name, keys, known_witness(settings_), exchange);
    if (!found) {
      const auto code = found.error().code;
      if (code != Code::unavailable && code != Code::failed_precondition && code != Code::resource_exhausted)
        return base::fail(std::move(found).error());
      silences_ = code == Code::unavailable ? silences_ + 1 : 0;
      miss(log.name, found.error().message);
      return {};
    }
    silences_ = 0;
    if (found->unknown) unknown_.push_back(log.name);
    if (found->told > 0) ++asked_.logs;
    if (found->shown) {
      shows_ = true;
      heard_.checkpoints.push_back({std::move(found->shown->note), "a witness", false, found->shown->time});
    }
    if (found->contradiction && found->contradiction->theirs.empty())
      heard_.words.push_back({log.name, found->contradiction->kind, found->told});
    return {};
  }

  AskedWitness finish() {
    // Of a log that is not here it can only be asked what it shows; one that shows others has none of it.
    if (!shows_) {
      for (const auto& log : unknown_)
        miss(log, "it shows nothing, and no checkpoint is here to ask it with");
    }
    asked_.name = settings_.name;
    for (auto& [why, logs] : missed_) {
      if (logs.size() > kNamesMax) {
        logs[kNamesMax - 1] = fmt::format("{} more", logs.size() - kNamesMax + 1);
        logs.resize(kNamesMax);
      }
      asked_.error += fmt::format("{}{}: {}", asked_.error.empty() ? "" : "; ", fmt::join(logs, ", "), why);
    }
    return std::move(asked_);
  }

 private:
  static constexpr int kSilencesMax = 3;
  static constexpr std::size_t kNamesMax = 20;
  void miss(const base::LogName& log, const std::string& why) { missed_[why].push_back(log.text); }

  const KnownWitnessSettings& settings_;
  HeardWitnesses& heard_;
  senders::Connections connections_;
  AskedWitness asked_;
  std::map<std::string, std::vector<std::string>> missed_;  ///< logs, by why they were not asked about
  std::vector<base::LogName> unknown_;
  bool shows_ = false;
  int silences_ = 0;  ///< logs in a row for which no answer came
};

}  // namespace

base::Result<HeardWitnesses> hear_witnesses(const Config& config, store::LedgerReader& ledger,
                                            std::span<const ingest::Registry> registries,
                                            const store::HeadMemory& heads) {
  HeardWitnesses out;
  if (config.cosigning.witnesses.empty()) return out;
  const auto younger = younger_log_keys(config);
  TRY_ASSIGN(const auto logs, expected_logs(ledger, registries, heads));
  for (const auto& settings : config.cosigning.witnesses) {
    Asking asking(settings, out);
    for (const auto& log : logs) TRY(asking.ask(ledger, log, younger));
    out.witnesses.push_back(asking.finish());
  }
  return out;
}

void add_words(const std::vector<WitnessWord>& words, std::vector<backup::LogStanding>& logs) {
  using backup::Standing;
  for (const auto& word : words) {
    auto found = std::ranges::find(logs, word.log, &backup::LogStanding::log);
    if (found == logs.end()) {
      logs.emplace_back();
      found = std::prev(logs.end());
      found->log = word.log;
    }
    if (word.kind == alarm::Kind::split_view && found->standing == Standing::level) {
      found->standing = Standing::other;
      found->known_from = kSaidOnly;
    }
    if (word.kind != alarm::Kind::rollback || word.told <= found->signed_elsewhere) continue;
    if (found->standing == Standing::level) found->standing = Standing::rolled_back;
    found->signed_elsewhere = word.told;
    found->known_from = kSaidOnly;
    found->known_time.reset();
  }
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
