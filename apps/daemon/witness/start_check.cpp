#include "apps/daemon/witness/start_check.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/daemon/witness/expected_logs.h"
#include "apps/keys.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/witness/hearing.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using Steady = std::chrono::steady_clock;

/// Requests that are under way to one witness at a time.
constexpr std::size_t kAtOnce = 8;

/// A log that each witness is asked about.
struct Question {
  base::RegionId region;
  base::LogName log;
  std::vector<tree::NoteVerifier> keys;
  std::int64_t signed_at = 0;  ///< POSIX seconds of its newest checkpoint; 0: there is none
};

/// All of them, those that were signed last first: where the time does not suffice, they are the likeliest to
/// have been signed behind an older copy.
base::Result<std::vector<Question>> questions_of(const Config& config) {
  std::vector<Question> out;
  const auto younger = younger_log_keys(config);
  TRY_ASSIGN(const auto registry, registry_if_there(config.registry()));
  for (const auto& region : config.regions) {
    auto ledger = store::LedgerReader::open(config.region_files(region).ledger());
    // A region without files is for its own start to refuse.
    if (!ledger && ledger.error().code == Code::not_found) continue;
    if (!ledger) return base::fail(ledger.error());
    TRY_ASSIGN(const auto heads, store::HeadMemory::open(config.head_memory(region)));
    TRY_ASSIGN(const auto logs, expected_logs(*ledger, {&registry, 1}, heads));
    for (const auto& log : logs) {
      Question one{region, log.name, {}};
      TRY_ASSIGN(one.keys, witness::keys_of_log(ledger->identity(), log.name, younger));
      if (log.size > 0) {
        TRY_ASSIGN(const auto newest, ledger->newest_checkpoint(log));
        if (newest) one.signed_at = newest->time;
      }
      out.push_back(std::move(one));
    }
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, &Question::signed_at);
  return out;
}

/// Whether a signal waits that ends the daemon: all are blocked until it serves.
bool is_to_stop() {
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

/// One witness, and what it has to say.
class Hearing {
 public:
  Hearing(const Config& config, const KnownWitnessSettings& settings, const std::vector<Question>& questions,
          Steady::time_point until)
      : config_(config), settings_(settings), questions_(questions), until_(until) {}

  /// Asks until all is asked or the time is over. Several threads may.
  void ask() {
    try {
      const auto done = ask_all();
      if (!done) set_broken(done.error());
    } catch (const std::exception& error) {
      set_broken({Code::internal, error.what()});
    }
  }

  // When all have asked.
  const std::string& name() const { return settings_.name; }
  const std::vector<alarm::Alarm>& alarms() const { return alarms_; }
  /// What went wrong here, and not with the witness.
  const std::optional<base::Error>& broken() const { return broken_; }
  /// What is to be said of logs that it was not asked about; empty: nothing.
  std::string unasked() const {
    const auto left = questions_.size() - answered_;
    if (left == 0) return {};
    return fmt::format(
        "of {} of {} logs: {}", left, questions_.size(),
        why_.empty() ? fmt::format("not all of it was answered within {} s", config_.cosigning.start_wait_s)
                     : why_);
  }

 private:
  base::Result<void> ask_all() {
    std::map<base::RegionId, store::LedgerReader> ledgers;
    senders::Connections connections;
    for (;;) {
      const auto number = next_.fetch_add(1);
      if (number >= questions_.size() || Steady::now() >= until_ || is_to_stop()) return {};
      const auto& question = questions_[number];
      auto ledger = ledgers.find(question.region);
      if (ledger == ledgers.end()) {
        TRY_ASSIGN(auto opened, store::LedgerReader::open(config_.region_files(question.region).ledger()));
        ledger = ledgers.emplace(question.region, std::move(opened)).first;
      }
      TRY(take(question, witness::hear(ledger->second, question.log, question.keys, known_witness(settings_),
                                       exchange_until(until_, settings_, is_to_stop, connections))));
    }
  }

  base::Result<void> take(const Question& question, base::Result<witness::Heard> heard) {
    const std::lock_guard lock(mutex_);
    if (!heard) {
      const auto& error = heard.error();
      if (error.code != Code::unavailable && error.code != Code::failed_precondition &&
          error.code != Code::resource_exhausted)
        return base::fail(error);
      if (why_.empty()) why_ = fmt::format("{}: {}", question.log.text, error.message);
      return {};
    }
    ++answered_;
    if (!heard->contradiction) return {};
    heard->contradiction->time = base::system_clock()();
    heard->contradiction->from = "witness " + settings_.name;
    alarms_.push_back(std::move(*heard->contradiction));
    return {};
  }

  void set_broken(const base::Error& error) {
    const std::lock_guard lock(mutex_);
    if (!broken_) broken_ = error;
  }

  const Config& config_;
  const KnownWitnessSettings& settings_;
  const std::vector<Question>& questions_;
  const Steady::time_point until_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t answered_ = 0;
  std::string why_;
  std::vector<alarm::Alarm> alarms_;
  std::optional<base::Error> broken_;
};

}  // namespace

base::Result<void> ask_witnesses_before_signing(const Config& config, Alarms& alarms) {
  const auto& settings = config.cosigning;
  if (settings.witnesses.empty() || settings.start_wait_s == 0) return {};
  TRY_ASSIGN(const auto questions, questions_of(config));
  const auto until = Steady::now() + std::chrono::seconds(settings.start_wait_s);
  std::vector<std::unique_ptr<Hearing>> hearings;
  std::vector<std::jthread> threads;
  for (const auto& witness : settings.witnesses) {
    auto& hearing = *hearings.emplace_back(std::make_unique<Hearing>(config, witness, questions, until));
    for (std::size_t i = 0; i < std::min(kAtOnce, questions.size()); ++i)
      threads.emplace_back([&hearing] { hearing.ask(); });
  }
  for (auto& thread : threads) thread.join();
  const alarm::Alarm* first = nullptr;
  for (const auto& hearing : hearings) {
    for (const auto& one : hearing->alarms()) {
      alarms.raise(one);
      if (first == nullptr) first = &one;
    }
  }
  if (first != nullptr)
    return base::fail(
        Code::data_loss,
        fmt::format("{} (said by {}). Nothing was signed; what is known of it: countersign alarm list",
                    first->what, first->from));
  if (is_to_stop())
    return base::fail(Code::aborted, "it is to stop before all witnesses were asked; nothing was signed");
  for (const auto& hearing : hearings) {
    if (hearing->broken()) return base::fail(*hearing->broken());
    if (const auto unasked = hearing->unasked(); !unasked.empty())
      spdlog::warn(
          "the witness {} could not be asked whether the data is an older copy; going on without, {}",
          hearing->name(), unasked);
  }
  return {};
}

}  // namespace countersign::apps
