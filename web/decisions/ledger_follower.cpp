#include "web/decisions/ledger_follower.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "web/decisions/fact.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::decisions {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kRecordsAtOnce = 4'096;  ///< between two looks at whether to stop
constexpr std::size_t kLogsAtOnce = 32;          ///< looked at by keep_up()

bool is_system(const store::LogHead& log) { return base::tenant_of(log.name).value() == base::kSystemTenant; }

auto stopped() { return fail(Code::aborted, "the reading of the ledger was stopped"); }

}  // namespace

base::Result<LedgerFollower> LedgerFollower::open(const std::filesystem::path& ledger_file,
                                                  std::size_t facts_max) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(ledger_file));
  TRY_ASSIGN(auto heads, LogHeads::open(ledger_file));
  return LedgerFollower(std::move(ledger), std::move(heads), facts_max);
}

base::Result<void> LedgerFollower::take(std::int64_t log, std::string_view bytes) {
  TRY_ASSIGN(const auto view, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  TRY_ASSIGN(const auto told, read_fact(view, event));
  book_.heard(log, view.received);
  if (told) book_.note(log, *told);
  return {};
}

base::Result<void> LedgerFollower::read_to(const store::LogHead& log, std::uint64_t end) {
  auto& next = next_[log.number];
  TRY(ledger_.read(log, next, end, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
    if (const auto taken = take(log.number, bytes); !taken)
      return fail(fmt::format("record {} of {} cannot be read", base::index_of(seq), log.name.text),
                  taken.error());
    next = base::index_of(seq) + 1;
    return {};
  }));
  next = std::max(next, end);  // what was retired is passed over
  return {};
}

/// Where in each log the reading begins: at what the index has not, or at what the book still keeps. Where a
/// record is in the way of finding that, at the first; whoever reads it will say what is wrong.
void LedgerFollower::find_begins(const std::vector<store::LogHead>& logs, const Indexed& indexed,
                                 base::Timestamp now) {
  book_ = ProofBook(facts_max_);
  next_.clear();
  for (const auto& log : logs) {
    if (is_system(log)) continue;
    const auto known = indexed.find(log.number);
    const auto kept = ledger_.first_received(log, {now.micros - ProofBook::kKeptUs}, log.size);
    next_[log.number] = kept && known != indexed.end() ? std::min(*kept, known->second) : 0;
    if (log.size == 0) continue;
    if (const auto last = ledger_.last_received(log)) book_.heard(log.number, *last);
  }
}

base::Result<void> LedgerFollower::load_users(const std::filesystem::path& index_file,
                                              const std::vector<store::LogHead>& logs, base::Timestamp now,
                                              const std::function<bool()>& stop) {
  const auto done = read_user_events(
      index_file, [&](const Indexed& indexed) { find_begins(logs, indexed, now); },
      [&](std::int64_t log, const Told& told) -> base::Result<void> {
        if (stop()) return stopped();
        const auto next = next_.find(log);
        if (next != next_.end() && told.fact.seq < next->second) book_.note(log, told);
        return {};
      });
  if (done || done.error().code == Code::aborted) return done;
  // The index may be missing, damaged or of another version: the ledger is read instead.
  find_begins(logs, {}, now);
  return {};
}

base::Result<void> LedgerFollower::load(const std::filesystem::path& index_file, base::Timestamp now,
                                        const std::function<bool()>& stop) {
  TRY(heads_.learn());
  TRY_ASSIGN(const auto logs, ledger_.logs());
  TRY(load_users(index_file, logs, now, stop));
  loaded_.clear();
  for (const auto& log : logs) {
    if (is_system(log)) continue;
    loaded_[log.number] = log.size;
    for (auto& next = next_[log.number]; next < log.size;) {
      if (stop()) return stopped();
      // A log that cannot be read does not keep the others from being served; catch_up() says what is wrong.
      if (!read_to(log, std::min(log.size, next + kRecordsAtOnce))) break;
    }
  }
  return {};
}

base::Result<store::LogHead> LedgerFollower::look(std::size_t at) {
  TRY(heads_.look(at));
  const auto& log = heads_.all()[at];
  if (log.size > 0) return log;
  return ledger_.log(base::tenant_of(log.name));
}

base::Result<store::LogHead> LedgerFollower::catch_up(const base::TenantId& tenant) {
  auto at = heads_.find(tenant);
  if (!at) {
    TRY(heads_.learn());
    at = heads_.find(tenant);
  }
  if (!at) return store::LogHead{kNoLog, base::log_name(identity().origin, identity().region, tenant), 0};
  TRY_ASSIGN(auto log, look(*at));
  TRY(read_to(log, log.size));
  return log;
}

base::Result<bool> LedgerFollower::keep_up(std::uint64_t records_max) {
  TRY(heads_.learn());
  base::Result<void> failure;
  const auto end_of_part = std::min(heads_.all().size(), turn_ + kLogsAtOnce);
  for (; turn_ < end_of_part; ++turn_) {
    TRY_ASSIGN(const auto log, look(turn_));
    const auto next = next_[log.number];
    const auto end = std::min(log.size, next + records_max);
    // One log that cannot be read does not hold up the others.
    if (next == end) continue;
    if (auto done = read_to(log, end); !done) {
      failure = std::move(done);
      continue;
    }
    records_max -= end - next;
    if (records_max == 0) return true;
  }
  const bool round_done = turn_ >= heads_.all().size();
  if (round_done) turn_ = 0;
  TRY(failure);
  return !round_done;
}

base::Result<std::string> LedgerFollower::record(const store::LogHead& log, std::uint64_t seq) {
  return ledger_.record(log, base::seq_at(seq));
}

bool LedgerFollower::is_since_load(std::int64_t log, std::uint64_t seq) const {
  const auto loaded = loaded_.find(log);
  return loaded == loaded_.end() || seq >= loaded->second;
}

}  // namespace countersign::decisions
