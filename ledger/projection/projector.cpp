#include "ledger/projection/projector.h"

#include "ledger/base/thread.h"
#include "ledger/projection/index.h"
#include "ledger/store/ledger_reader.h"

#include <chrono>

namespace countersign::projection {
namespace {

constexpr std::uint64_t kRecordsAtOnce = 2'000;
constexpr std::chrono::milliseconds kPause{200};

}  // namespace

base::Result<std::unique_ptr<Projector>> Projector::start(const std::filesystem::path& ledger_file,
                                                          const std::filesystem::path& index_file,
                                                          std::string_view region, base::Metrics& metrics) {
  using enum base::MetricType;
  const base::Labels labels{{"region", std::string(region)}};
  auto projector = std::unique_ptr<Projector>(new Projector(
      ledger_file, index_file,
      metrics.get("countersign_index_records_total", "Records indexed for search", counter, labels),
      metrics.get("countersign_index_behind_records", "Records that the search index does not have yet",
                  gauge, labels),
      metrics.get("countersign_index_failed", "1 when the search index has stopped following the ledger",
                  gauge, labels)));
  projector->thread_ = std::thread([raw = projector.get()] { raw->run(); });
  return projector;
}

Projector::Projector(std::filesystem::path ledger_file, std::filesystem::path index_file,
                     base::Metric& indexed, base::Metric& behind, base::Metric& failed)
    : ledger_file_(std::move(ledger_file)),
      index_file_(std::move(index_file)),
      indexed_(indexed),
      behind_(behind),
      failed_(failed) {}

Projector::~Projector() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Projector::pause() {
  std::unique_lock guard(mutex_);
  wake_.wait_for(guard, kPause, [this] { return stopping_; });
  return !stopping_;
}

base::Result<void> Projector::follow() {
  TRY_ASSIGN(auto index, Index::open(index_file_));
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(ledger_file_));
  for (;;) {
    TRY_ASSIGN(const auto taken, index.advance(ledger, kRecordsAtOnce));
    indexed_.add(static_cast<std::int64_t>(taken));
    behind_.set(static_cast<std::int64_t>(index.behind()));
    if (taken == 0) TRY(index.forget_retired(ledger));
    if (taken == 0 && !pause()) return {};
    const std::lock_guard guard(mutex_);
    if (stopping_) return {};
  }
}

void Projector::run() {
  base::run_in_background("index");
  failed_.set(0);
  if (follow()) return;
  if (remove_index(index_file_) && follow()) return;
  failed_.set(1);
}

}  // namespace countersign::projection
