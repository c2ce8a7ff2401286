#include "ledger/store/writer.h"

#include "ledger/base/file.h"
#include "ledger/store/erase_values.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/log_book.h"
#include "ledger/store/publisher.h"
#include "ledger/store/region_lock.h"
#include "ledger/store/sqlite_store.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_writer.h"

#include <fmt/format.h>

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;
using Steady = std::chrono::steady_clock;

constexpr int kVaultWalPagesMax = 10'000;

struct PendingBatch {
  std::vector<PendingEvent> events;
  AppendDone done;
  std::size_t bytes = 0;
};

struct PendingErasure {
  ErasureOrder order;
  RememberErasure remember;
  ErasureDone done;
};

}  // namespace

struct Writer::Impl {
  // Constant after open().
  WriterOptions options;
  RegionLock lock;
  base::Metric& appended;
  base::Metric& duplicates;
  base::Metric& differing;
  base::Metric& queued_events;
  base::Metric& groups;
  base::Metric& refused;

  // Touched by the ledger's thread only, once it runs.
  std::unique_ptr<Store> store;
  vault::VaultWriter vault;
  LogBook book;
  Publisher publisher;

  // Guarded by mutex.
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<PendingBatch> queue;
  std::deque<PendingErasure> erasures;
  WorkList works;
  std::size_t waiting_events = 0;  ///< in the queue or in the group being written
  std::size_t waiting_bytes = 0;
  WriterLimits limits;
  bool stopping = false;
  bool failed = false;

  std::once_flag joined;
  std::thread thread;

  void run();
  std::optional<std::vector<PendingBatch>> take_group();
  void write_group(std::vector<PendingBatch> batches);
  void erase_what_waits();
  void do_work();
  base::Result<std::vector<std::vector<AppendOutcome>>> append_all(std::vector<PendingBatch>& batches);
  base::Result<void> check_disk();
  void publish(Publisher::When when);
  void end_badly(const base::Error& error);
};

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Writer::~Writer() { stop(); }

base::Result<std::unique_ptr<Writer>> Writer::open(WriterOptions options) {
  TRY_ASSIGN(auto lock, RegionLock::take(options.files.lock()));
  TRY_ASSIGN(std::unique_ptr<Store> store, SqliteStore::open(options.files.ledger(), options.vfs));
  TRY_ASSIGN(auto vault,
             vault::VaultWriter::open(options.files.vault(), *options.keys, options.entropy, options.vfs));
  TRY_ASSIGN(auto reader, LedgerReader::open(options.files.ledger()));
  TRY_ASSIGN(auto book, LogBook::load(std::move(reader), options.clock));
  TRY_ASSIGN(auto memory, HeadMemory::open(options.head_memory));
  TRY_ASSIGN(auto publisher, Publisher::open(book, std::move(memory), options.sign, options.clock));
  auto& metrics = *options.metrics;
  const base::Labels region{{"region", book.reader().identity().region.value()}};
  using enum base::MetricType;
  const auto limits = options.limits;
  // NOLINTNEXTLINE(modernize-make-unique): make_unique cannot initialise an aggregate.
  auto impl = std::unique_ptr<Impl>(new Impl{
      std::move(options),
      std::move(lock),
      metrics.get("countersign_ledger_appended_total", "Records appended", counter, region),
      metrics.get("countersign_ledger_duplicates_total", "Events that were in the ledger already", counter,
                  region),
      metrics.get("countersign_ledger_differing_total",
                  "Events not stored because a record with their id says something else", counter, region),
      metrics.get("countersign_ledger_queue_events", "Events waiting for the ledger", gauge, region),
      metrics.get("countersign_ledger_commits_total", "Groups committed", counter, region),
      metrics.get("countersign_ledger_refused_total", "Batches refused because the queue was full", counter,
                  region),
      std::move(store),
      std::move(vault),
      std::move(book),
      std::move(publisher),
      {},
      {},
      {},
      {},
      {},
      0,
      0,
      limits,
      false,
      false,
      {},
      {}});
  auto writer = std::unique_ptr<Writer>(new Writer(std::move(impl)));
  writer->impl_->thread = std::thread([raw = writer->impl_.get()] { raw->run(); });
  return writer;
}

base::Result<void> Writer::submit(std::vector<record::PreparedEvent> events, AppendDone done) {
  PendingBatch batch;
  batch.events.reserve(events.size());
  const auto keys = impl_->options.keys->newest();
  for (auto& event : events) {
    PendingEvent pending;
    if (!event.content_id) pending.key = event_key(event.source.value(), event.id);
    pending.file_under(*keys, event);
    pending.event = std::move(event);
    batch.bytes += pending.bytes();
    batch.events.push_back(std::move(pending));
  }
  batch.done = std::move(done);
  const std::lock_guard guard(impl_->mutex);
  const auto& limits = impl_->limits;
  if (impl_->stopping || impl_->failed)
    return fail(Code::unavailable, "the ledger is stopping; send the batch again later");
  if (batch.events.size() > limits.queue_events_max || batch.bytes > limits.queue_bytes_max)
    return fail(
        Code::resource_exhausted,
        fmt::format("the batch is larger than the ledger's queue ({} events, {} bytes); send smaller batches",
                    limits.queue_events_max, limits.queue_bytes_max));
  if (impl_->waiting_events + batch.events.size() > limits.queue_events_max ||
      impl_->waiting_bytes + batch.bytes > limits.queue_bytes_max) {
    impl_->refused.add();
    return fail(Code::unavailable, "the ledger cannot keep up; send the batch again later");
  }
  impl_->waiting_events += batch.events.size();
  impl_->waiting_bytes += batch.bytes;
  impl_->queued_events.set(static_cast<std::int64_t>(impl_->waiting_events));
  impl_->queue.push_back(std::move(batch));
  impl_->wake.notify_one();
  return {};
}

base::Result<void> Writer::erase(ErasureOrder order, RememberErasure remember, ErasureDone done) {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->stopping || impl_->failed) return fail(Code::unavailable, "the ledger is stopping");
  impl_->erasures.push_back({std::move(order), std::move(remember), std::move(done)});
  impl_->wake.notify_one();
  return {};
}

base::Result<void> Writer::add_work(Work work) {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->stopping || impl_->failed) return fail(Code::unavailable, "the ledger is stopping");
  impl_->works.add(std::move(work), 0);
  impl_->wake.notify_one();
  return {};
}

void Writer::stop() {
  {
    const std::lock_guard guard(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_one();
  }
  std::call_once(impl_->joined, [this] {
    if (impl_->thread.joinable()) impl_->thread.join();
  });
}

void Writer::set_limits(const WriterLimits& limits) {
  const std::lock_guard guard(impl_->mutex);
  impl_->limits = limits;
}

/// Where memory is short a library throws; what was not committed is rolled back at the next start.
void Writer::Impl::run() try {
  ::pthread_setname_np(::pthread_self(), "ledger");
  publish(Publisher::When::now);
  for (;;) {
    auto batches = take_group();
    if (!batches) break;
    if (!batches->empty()) write_group(std::move(*batches));
    if (failed) return;
    erase_what_waits();
    do_work();
    if (failed) return;
    store->tidy();
    vault.move_wal(kVaultWalPagesMax);
    publish(Publisher::When::due);
    if (failed) return;
  }
  publish(Publisher::When::now);
  WorkList undone;
  {
    const std::lock_guard guard(mutex);
    undone.swap(works);
  }
  // A store that cannot be made compact is still whole: the next start reads its WAL.
  static_cast<void>(store->close());
  static_cast<void>(vault.empty_wal());
} catch (const std::exception& error) {
  end_badly({Code::internal, fmt::format("the ledger's thread failed: {}", error.what())});
}

/// What waits, or nothing when a checkpoint is due; no value when the writer was stopped and the queue is
/// empty.
std::optional<std::vector<PendingBatch>> Writer::Impl::take_group() {
  std::unique_lock guard(mutex);
  publisher.set_interval_ms(limits.checkpoint_interval_ms);
  const auto something = [this] { return stopping || !queue.empty() || !erasures.empty() || works.is_due(); };
  auto until = works.when();
  if (const auto due = publisher.due_in_ms(book)) {
    const auto publishing = Steady::now() + std::chrono::milliseconds(*due);
    until = until ? std::min(*until, publishing) : publishing;
  }
  if (until) {
    wake.wait_until(guard, *until, something);
  } else {
    wake.wait(guard, something);
  }
  if (stopping && queue.empty() && erasures.empty()) return std::nullopt;
  std::vector<PendingBatch> batches;
  std::size_t events = 0;
  while (!queue.empty() &&
         (batches.empty() || events + queue.front().events.size() <= limits.group_events_max)) {
    events += queue.front().events.size();
    batches.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  return batches;
}

void Writer::Impl::erase_what_waits() {
  std::deque<PendingErasure> waiting;
  {
    const std::lock_guard guard(mutex);
    waiting.swap(erasures);
  }
  if (waiting.empty()) return;
  std::vector<base::Result<ErasureResult>> results;
  results.reserve(waiting.size());
  for (const auto& one : waiting) results.push_back(erase_values(one.order, one.remember, book, vault));
  const auto clean = leave_no_byte(vault);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (results[i] && !clean) results[i] = fail(clean.error());
    waiting[i].done(std::move(results[i]));
  }
}

void Writer::Impl::do_work() {
  std::deque<Work> due;
  {
    const std::lock_guard guard(mutex);
    due = works.take_due();
  }
  LedgerThread here{*store, vault, book, publisher};
  for (auto& work : due) {
    const auto again = work(here);
    if (!again) return end_badly(again.error());
    if (!*again) continue;
    const std::lock_guard guard(mutex);
    works.add(std::move(work), **again);
  }
}

base::Result<void> Writer::Impl::check_disk() {
  std::uint64_t reserve = 0;
  {
    const std::lock_guard guard(mutex);
    reserve = limits.disk_reserve_bytes;
  }
  TRY_ASSIGN(const auto free, base::free_bytes(options.files.folder));
  if (free < reserve)
    return fail(
        Code::resource_exhausted,
        fmt::format(
            "only {} bytes are free in {}, {} are kept in reserve; make room and ingest goes on by itself",
            free, options.files.folder.string(), reserve));
  return {};
}

base::Result<std::vector<std::vector<AppendOutcome>>> Writer::Impl::append_all(
    std::vector<PendingBatch>& batches) {
  TRY(check_disk());
  std::vector<std::vector<AppendOutcome>> outcomes;
  TRY(store->begin());
  TRY(vault.begin());
  for (auto& batch : batches) {
    auto& of_batch = outcomes.emplace_back();
    of_batch.reserve(batch.events.size());
    for (auto& pending : batch.events) {
      TRY_ASSIGN(auto outcome, book.append(pending, *store, vault));
      of_batch.push_back(std::move(outcome));
    }
  }
  // Values before the records that hold their tokens: a crash in between leaves values that nothing refers
  // to.
  TRY(vault.commit());
  if (book.group().records.empty()) {
    store->rollback();
  } else {
    TRY(store->commit(book.group()));
  }
  return outcomes;
}

void Writer::Impl::write_group(std::vector<PendingBatch> batches) {
  auto outcomes = append_all(batches);
  if (outcomes) {
    book.keep();
    groups.add();
  } else {
    store->rollback();
    vault.rollback();
    book.forget();
  }
  {
    const std::lock_guard guard(mutex);
    for (const auto& batch : batches) {
      waiting_events -= batch.events.size();
      waiting_bytes -= batch.bytes;
    }
    queued_events.set(static_cast<std::int64_t>(waiting_events));
  }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (!outcomes) {
      const bool full = outcomes.error().code == Code::resource_exhausted;
      batches[i].done(
          full ? AppendResult(fail(outcomes.error()))
               : AppendResult(
                     fail(Code::internal,
                          "the ledger failed; whether the batch was stored is not known: send it again")));
      continue;
    }
    for (const auto& outcome : (*outcomes)[i]) {
      (outcome.status == AppendStatus::appended    ? appended
       : outcome.status == AppendStatus::duplicate ? duplicates
                                                   : differing)
          .add();
    }
    batches[i].done(std::move((*outcomes)[i]));
  }
  if (!outcomes && outcomes.error().code != Code::resource_exhausted) end_badly(outcomes.error());
}

void Writer::Impl::publish(Publisher::When when) {
  auto done = publisher.publish(book, *store, when);
  if (!done && done.error().code != Code::resource_exhausted) end_badly(done.error());
}

void Writer::Impl::end_badly(const base::Error& error) {
  std::deque<PendingBatch> left;
  std::deque<PendingErasure> unerased;
  WorkList undone;
  {
    const std::lock_guard guard(mutex);
    undone.swap(works);
    failed = true;
    left.swap(queue);
    unerased.swap(erasures);
  }
  for (auto& erasure : unerased) erasure.done(fail(Code::unavailable, "the ledger stopped; ask again later"));
  for (auto& batch : left)
    batch.done(fail(Code::unavailable, "the ledger stopped; send the batch again later"));
  if (options.on_fatal) options.on_fatal(error);
}

}  // namespace countersign::store
