#include "apps/daemon/witness/cosigning.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/keys.h"
#include "ledger/base/thread.h"
#include "ledger/witness/hearing.h"

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
  auto round = read_round(number);
  // A log's first checkpoint follows its first record; there is nothing to show before.
  if (round.targets.empty() && round.unread.empty()) return nullptr;
  round_ = std::make_shared<const Round>(std::move(round));
  return round_;
}

Cosigning::Round Cosigning::read_round(std::uint64_t number) {
  Round out{number, {}, {}};
  for (const auto& region : config_.regions) {
    // One whose disk is gone must not keep the others from being cosigned.
    if (auto read = read_region(region, out.targets); !read)
      out.unread.emplace(region, fmt::format("its ledger cannot be read: {}", read.error().message));
  }
  return out;
}

base::Result<void> Cosigning::read_region(const base::RegionId& region, std::vector<Target>& out) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(config_.region_files(region).ledger()));
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(auto newest, ledger.newest_checkpoint(log));
    if (newest && newest->size > 0) out.push_back({region, log, std::move(*newest)});
  }
  return {};
}

void Cosigning::do_round(Worker& worker, const Round& round) {
  senders::Connections connections;
  const auto exchange = exchange_with(
      worker.settings, [this] { return stopping(); }, connections);
  for (const auto& region : config_.regions) {
    const auto unread = round.unread.find(region);
    note(worker, "the region " + region.value(), unread == round.unread.end() ? "" : unread->second);
  }
  Ledgers ledgers;
  const auto& targets = round.targets;
  // A log that was not answered for must not keep those behind it from being shown.
  const auto first =
      std::ranges::find(targets, worker.begin_with, [](const Target& one) { return one.log.name; });
  const auto offset = first == targets.end() ? 0 : static_cast<std::size_t>(first - targets.begin());
  for (std::size_t done = 0; done < targets.size();) {
    const auto& target = targets[(offset + done) % targets.size()];
    const auto& name = target.log.name.text;
    const auto asked = with_ledger(target, ledgers, [&](store::LedgerReader& ledger) {
      return do_target(worker, ledger, target, exchange);
    });
    if (stopping()) return;
    // Only what did not answer is asked again; with a newer checkpoint once the next round has come.
    if (asked || asked.error().code != Code::unavailable) {
      note(worker, name, asked ? std::string() : asked.error().message);
      worker.pause = kPauseFirst;
      ++done;
      continue;
    }
    note(worker, {}, asked.error().message);
    worker.begin_with = targets[(offset + done + 1) % targets.size()].log.name;
    if (!wait(worker.pause)) return;
    worker.pause = std::min(worker.pause * 2, kPauseMost);
    const auto newer = current_round();
    if (newer && newer->number != round.number) return;
  }
  worker.begin_with = {};
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

base::Result<void> Cosigning::with_ledger(
    const Target& target, Ledgers& opened,
    const std::function<base::Result<void>(store::LedgerReader&)>& use) const {
  auto ledger = ledger_of(target.region, opened);
  // Whatever the reason, it is not the witness that did not answer.
  if (!ledger) return base::fail(Code::failed_precondition, ledger.error().message);
  return use(**ledger);
}

base::Result<witness::CosignatureBook*> Cosigning::book_of(const base::RegionId& region) {
  const auto found = books_.find(region);
  if (found != books_.end()) return &found->second;
  return base::fail(Code::failed_precondition,
                    "the files of the region came after the start: restart countersignd");
}

base::Result<void> Cosigning::do_target(Worker& worker, store::LedgerReader& ledger, const Target& target,
                                        const witness::Exchange& exchange) {
  std::optional<witness::CosignatureBook::Cosigned> last;
  {
    const std::lock_guard lock(books_mutex_);
    TRY_ASSIGN(auto* const book, book_of(target.region));
    TRY_ASSIGN(last, book->newest(target.log.name, worker.settings.key));
  }
  if (last && last->size >= target.checkpoint.size) return {};
  TRY_ASSIGN(const auto asked,
             witness::ask_for_cosignature(ledger, target.log, target.checkpoint, last ? last->size : 0,
                                          known_witness(worker.settings), exchange));
  switch (asked.kind) {
    case witness::Asked::Kind::refused:
      return base::fail(Code::failed_precondition, asked.why);
    case witness::Asked::Kind::contradicted:
      return compare_one(worker, ledger, target, exchange, asked.theirs);
    case witness::Asked::Kind::cosigned:
      break;
  }
  return keep(worker, target, target.checkpoint.size, asked);
}

base::Result<void> Cosigning::keep(Worker& worker, const Target& target, std::uint64_t size,
                                   const witness::Asked& asked) {
  {
    const std::lock_guard lock(books_mutex_);
    TRY_ASSIGN(auto* const book, book_of(target.region));
    TRY(book->add(target.log.name, worker.settings.key, {size, asked.time}, asked.line));
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
    const auto done = with_ledger(target, ledgers, [&](store::LedgerReader& ledger) {
      return compare_one(worker, ledger, target, exchange, 0);
    });
    // What contradicts is an alarm already; the rest was said where the log was shown.
    if (!done) spdlog::debug("{} was not compared: {}", target.log.name.text, done.error().message);
  }
  worker.compare_at = Steady::now() + kCompareEvery;
}

/// Compares a log with what the witness tells; `told` is the size that it named in an answer, 0 for none.
base::Result<void> Cosigning::compare_one(Worker& worker, store::LedgerReader& ledger, const Target& target,
                                          const witness::Exchange& exchange, std::uint64_t told) {
  const auto& log = target.log.name;
  TRY(ledger.read_identity_again());
  TRY_ASSIGN(const auto keys, witness::keys_of_log(ledger.identity(), log, younger_log_keys(config_)));
  TRY_ASSIGN(auto heard, witness::hear(ledger, log, keys, known_witness(worker.settings), exchange, told));
  if (heard.contradiction) {
    heard.contradiction->time = base::system_clock()();
    heard.contradiction->from = "witness " + worker.settings.name;
    alarms_.raise(*heard.contradiction);
    return base::fail(Code::data_loss, "what it has cosigned contradicts what is here");
  }
  if (heard.cosigned) return keep(worker, target, heard.cosigned_size, *heard.cosigned);
  return told == 0 ? base::Result<void>()
                   : base::fail(Code::failed_precondition,
                                fmt::format("it has cosigned {} records, which are as they are here, and did "
                                            "not take the checkpoint; it is shown the next one",
                                            heard.told));
}

}  // namespace countersign::apps
