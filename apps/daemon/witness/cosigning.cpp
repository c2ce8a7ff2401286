#include "apps/daemon/witness/cosigning.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/keys.h"
#include "ledger/base/thread.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace countersign::apps {
namespace {

using base::Code;
using std::chrono::milliseconds;

constexpr milliseconds kLook{250}, kPauseFirst{1'000}, kPauseMost{900'000};
constexpr std::chrono::hours kCompareEvery{1};

/// The word of a witness that does not show what it has cosigned.
base::Result<std::optional<alarm::Alarm>> unproven(store::LedgerReader& ledger, const store::LogHead& log,
                                                   std::uint64_t told) {
  alarm::Alarm out;
  out.kind = told > log.size ? alarm::Kind::rollback : alarm::Kind::split_view;
  out.origin = log.name.text;
  TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(log));
  if (newest) out.ours = newest->note;
  out.what = fmt::format(
      "{} has {} records here, and the witness says that it has cosigned {} which {}, without showing that "
      "checkpoint; ask its operator for it",
      log.name.text, log.size, told,
      told > log.size ? "are more" : "are not the beginning of what it was shown");
  return std::optional(std::move(out));
}

}  // namespace

base::Result<std::unique_ptr<Cosigning>> Cosigning::start(const Config& config, Alarms& alarms,
                                                          base::Metrics& metrics) {
  auto out = std::unique_ptr<Cosigning>(new Cosigning(config, alarms, metrics));
  if (config.cosigning.witnesses.empty()) return out;
  for (const auto& region : config.regions) {
    // A region without files is for its own start to refuse.
    std::error_code ignored;
    if (!std::filesystem::exists(config.region_files(region).ledger(), ignored)) continue;
    TRY_ASSIGN(auto book, witness::CosignatureBook::open_to_write(
                              witness::CosignatureBook::file_of(config.region_files(region).folder)));
    out->books_.emplace(region, std::move(book));
  }
  for (const auto& settings : config.cosigning.witnesses) {
    out->workers_.push_back(std::make_unique<Worker>(Worker{settings}));
    auto& worker = *out->workers_.back();
    static_cast<void>(out->cosigned(worker));
    static_cast<void>(out->failures(worker));
    worker.thread = std::thread([self = out.get(), &worker] { self->run(worker); });
  }
  return out;
}

void Cosigning::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

bool Cosigning::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

/// Whether to go on.
bool Cosigning::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

base::Metric& Cosigning::metric(const Worker& worker, const char* name, const char* help,
                                base::MetricType type) {
  return metrics_.get(name, help, type, {{"witness", worker.settings.name}});
}

base::Metric& Cosigning::cosigned(const Worker& worker) {
  return metric(worker, "countersign_witness_cosigned_total", "Cosignatures that a witness gave",
                base::MetricType::counter);
}

base::Metric& Cosigning::failures(const Worker& worker) {
  return metric(worker, "countersign_witness_failures_total",
                "Requests to a witness that brought no cosignature", base::MetricType::counter);
}

/// Says what went wrong with a log, once, until it goes well again.
void Cosigning::note(Worker& worker, const std::string& log, const std::string& why) {
  auto& last = worker.said[log];
  if (!why.empty()) {
    failures(worker).add();
    if (why != last)
      spdlog::warn("the witness {} has not cosigned{}: {}", worker.settings.name,
                   log.empty() ? std::string() : " " + log, why);
  }
  last = why;
}

void Cosigning::run(Worker& worker) {
  base::run_in_background("cosigning");
  while (wait(kLook)) {
    try {
      const auto round = current_round();
      if (!round || round->number == worker.round) continue;
      do_round(worker, *round);
      worker.round = round->number;
    } catch (const std::exception& error) {
      spdlog::error("cosigning by {} failed: {}", worker.settings.name, error.what());
      wait(kPauseFirst);
    }
  }
}

std::shared_ptr<const Cosigning::Round> Cosigning::current_round() {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - began_).count();
  const auto number = static_cast<std::uint64_t>(passed / config_.cosigning.every_s) + 1;
  const std::lock_guard lock(mutex_);
  if (round_ && round_->number == number) return round_;
  auto targets = read_targets();
  if (!targets) {
    spdlog::error("what witnesses are to cosign cannot be read: {}", targets.error().message);
    return nullptr;
  }
  // A log's first checkpoint follows its first record; there is nothing to show before.
  if (targets->empty()) return nullptr;
  round_ = std::make_shared<const Round>(Round{number, std::move(*targets)});
  return round_;
}

base::Result<std::vector<Cosigning::Target>> Cosigning::read_targets() {
  std::vector<Target> out;
  for (const auto& region : config_.regions) {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(config_.region_files(region).ledger()));
    TRY_ASSIGN(const auto logs, ledger.logs());
    for (const auto& log : logs) {
      TRY_ASSIGN(auto newest, ledger.newest_checkpoint(log));
      if (newest && newest->size > 0) out.push_back({region, log, std::move(*newest)});
    }
  }
  return out;
}

void Cosigning::do_round(Worker& worker, const Round& round) {
  const auto exchange = exchange_with(worker.settings, [this] { return stopping(); });
  Ledgers ledgers;
  for (std::size_t at = 0; at < round.targets.size();) {
    const auto& target = round.targets[at];
    const auto ledger = ledger_of(target.region, ledgers);
    if (!ledger) return note(worker, target.log.name.text, ledger.error().message);
    const auto done = do_target(worker, **ledger, target, exchange);
    if (stopping()) return;
    // Only what did not answer is asked again; with a newer checkpoint once the next round has come.
    if (done || done.error().code != Code::unavailable) {
      note(worker, target.log.name.text, done ? std::string() : done.error().message);
      worker.pause = kPauseFirst;
      ++at;
      continue;
    }
    note(worker, {}, done.error().message);
    if (!wait(worker.pause)) return;
    worker.pause = std::min(worker.pause * 2, kPauseMost);
    const auto newer = current_round();
    if (newer && newer->number != round.number) return;
  }
  note(worker, {}, {});
  if (Steady::now() < worker.compare_at) return;
  compare_all(worker, round, ledgers, exchange);
}

base::Result<store::LedgerReader*> Cosigning::ledger_of(const base::RegionId& region, Ledgers& opened) const {
  auto found = opened.find(region);
  if (found == opened.end()) {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(config_.region_files(region).ledger()));
    found = opened.emplace(region, std::move(ledger)).first;
  }
  return &found->second;
}

base::Result<void> Cosigning::do_target(Worker& worker, store::LedgerReader& ledger, const Target& target,
                                        const witness::Exchange& exchange) {
  const auto& log = target.log.name;
  std::optional<witness::CosignatureBook::Cosigned> last;
  {
    const std::lock_guard lock(books_mutex_);
    TRY_ASSIGN(last, books_.at(target.region).newest(log, worker.settings.key));
  }
  if (last && last->size >= target.checkpoint.size) return {};
  TRY_ASSIGN(const auto asked,
             witness::ask_for_cosignature(ledger, target.log, target.checkpoint, last ? last->size : 0,
                                          known_witness(worker.settings), exchange));
  switch (asked.kind) {
    case witness::Asked::Kind::refused:
      return base::fail(Code::failed_precondition, asked.why);
    case witness::Asked::Kind::contradicted:
      return compare_one(worker, ledger, target.log, exchange, asked.theirs);
    case witness::Asked::Kind::cosigned:
      break;
  }
  {
    const std::lock_guard lock(books_mutex_);
    TRY(books_.at(target.region)
            .add(log, worker.settings.key, {target.checkpoint.size, asked.time}, asked.line));
  }
  cosigned(worker).add();
  metric(worker, "countersign_witness_last_cosigned_timestamp_seconds",
         "When a witness cosigned last, POSIX seconds by its clock", base::MetricType::gauge)
      .set(asked.time);
  return {};
}

void Cosigning::compare_all(Worker& worker, const Round& round, Ledgers& ledgers,
                            const witness::Exchange& exchange) {
  for (const auto& target : round.targets) {
    if (stopping()) return;
    const auto ledger = ledger_of(target.region, ledgers);
    if (!ledger) return note(worker, target.log.name.text, ledger.error().message);
    const auto done = compare_one(worker, **ledger, target.log, exchange, 0);
    // A witness need not tell what it has (C2SP tlog-witness has it optional).
    if (!done) spdlog::debug("{} was not compared: {}", target.log.name.text, done.error().message);
  }
  worker.compare_at = Steady::now() + kCompareEvery;
}

/// Compares a log with what the witness tells; `told` is the size that it named in an answer, 0 for none.
base::Result<void> Cosigning::compare_one(Worker& worker, store::LedgerReader& ledger,
                                          const store::LogHead& log, const witness::Exchange& exchange,
                                          std::uint64_t told) {
  TRY(ledger.read_identity_again());
  TRY_ASSIGN(const auto keys, witness::keys_of_log(ledger.identity(), log.name, younger_log_keys(config_)));
  const auto witnessed = witness::newest_witnessed(log.name, keys, known_witness(worker.settings), exchange);
  // As large as it is now: the log may have grown since the round began.
  TRY_ASSIGN(const auto head, ledger.log(base::tenant_of(log.name)));
  std::optional<alarm::Alarm> found;
  if (witnessed && !*witnessed && told == 0) {
    // It does not show what it has cosigned, but says how much to who asks from the beginning.
    TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(head));
    if (!newest || newest->size == 0) return {};
    TRY_ASSIGN(const auto asked, witness::ask_for_cosignature(ledger, head, *newest, 0,
                                                              known_witness(worker.settings), exchange));
    if (asked.kind != witness::Asked::Kind::contradicted) return {};
    told = asked.theirs;
  }
  if (witnessed && *witnessed) {
    TRY_ASSIGN(found, witness::compare(ledger, head, **witnessed));
  } else if (witnessed && told > 0) {
    TRY_ASSIGN(found, unproven(ledger, head, told));
  }
  if (found) {
    found->time = base::system_clock()();
    found->from = "witness " + worker.settings.name;
    alarms_.raise(*found);
    return base::fail(Code::data_loss, "what it has cosigned contradicts what is here");
  }
  if (!witnessed) return base::fail(witnessed.error());
  return told == 0 ? base::Result<void>()
                   : base::fail(Code::failed_precondition,
                                fmt::format("it has cosigned {} records, which are as they are here, and did "
                                            "not take the checkpoint; it is shown the next one",
                                            (*witnessed)->size));
}

}  // namespace countersign::apps
