#include "apps/daemon/operations/region_metrics.h"

#include "apps/appliance_state.h"
#include "apps/daemon/verifying.h"
#include "ledger/store/ledger_reader.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

namespace countersign::apps {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

}  // namespace

RegionMetrics::RegionMetrics(const Config& config, const base::RegionId& region, base::Metrics& metrics)
    : files_(config.region_files(region)), region_(region), metrics_(metrics) {
  set_reserve(config.limits.disk_reserve_bytes);
}

base::Metric& RegionMetrics::gauge(std::string_view name, std::string_view help, base::Labels labels) {
  labels.insert(labels.begin(), {"region", region_.value()});
  return metrics_.get(name, help, base::MetricType::gauge, labels);
}

void RegionMetrics::set_reserve(std::uint64_t bytes) {
  gauge("countersign_disk_reserve_bytes", "Free space below which events are answered 507")
      .set(static_cast<std::int64_t>(bytes));
}

void RegionMetrics::look(base::Timestamp now) {
  look_at_space();
  look_at_files();
  look_at_checkpoints(now);
  look_at_system_log();
}

void RegionMetrics::look_at_space() {
  std::error_code error;
  const auto space = std::filesystem::space(files_.folder, error);
  if (error) return;
  gauge("countersign_disk_free_bytes", "Free space on the region's file system")
      .set(static_cast<std::int64_t>(space.available));
  gauge("countersign_disk_size_bytes", "Size of the region's file system")
      .set(static_cast<std::int64_t>(space.capacity));
}

void RegionMetrics::look_at_files() {
  for (const auto& [name, file] : {std::pair{"ledger", files_.ledger()}, std::pair{"vault", files_.vault()},
                                   std::pair{"index", files_.index()}}) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file, missing);
    if (!missing)
      gauge("countersign_file_size_bytes", "Size of a database of the region", {{"file", name}})
          .set(static_cast<std::int64_t>(bytes));
    const auto wal = std::filesystem::file_size(file.string() + "-wal", missing);
    gauge("countersign_wal_size_bytes", "Size of a database's write-ahead log", {{"file", name}})
        .set(missing ? 0 : static_cast<std::int64_t>(wal));
  }
}

void RegionMetrics::look_at_checkpoints(base::Timestamp now) {
  auto reader = store::LedgerReader::open(files_.ledger());
  if (!reader) return;
  const auto logs = reader->logs();
  if (!logs) return;
  std::uint64_t records = 0, uncovered = 0;
  std::int64_t newest = 0;
  for (const auto& log : *logs) {
    const auto checkpoint = reader->newest_checkpoint(log);
    if (!checkpoint) return;
    records += log.size;
    uncovered += log.size - (*checkpoint ? std::min((*checkpoint)->size, log.size) : 0);
    if (*checkpoint) newest = std::max(newest, (*checkpoint)->time);
  }
  gauge("countersign_logs", "Logs of the region").set(static_cast<std::int64_t>(logs->size()));
  gauge("countersign_records", "Records of the region, retired ones included")
      .set(static_cast<std::int64_t>(records));
  gauge("countersign_checkpoint_uncovered_records", "Records that no checkpoint covers yet")
      .set(static_cast<std::int64_t>(uncovered));
  if (newest == 0) return;
  gauge("countersign_checkpoint_timestamp_seconds", "Time of the region's newest checkpoint").set(newest);
  // Nothing is received before a checkpoint that was signed.
  gauge("countersign_clock_behind_seconds",
        "How far the clock is behind the newest checkpoint; new records are dated so much too late")
      .set(std::max<std::int64_t>(0, newest - now.micros / kMicros));
}

void RegionMetrics::look_at_system_log() {
  if (const auto verified = newest_verification(files_); verified && *verified) {
    gauge("countersign_verification_timestamp_seconds", "When the ledger was verified last")
        .set((*verified)->time.micros / kMicros);
    gauge("countersign_verification_intact", "1 where the last verification found the ledger intact")
        .set((*verified)->result == "intact" ? 1 : 0);
  }
  if (const auto backup = last_backup(files_); backup && *backup)
    gauge("countersign_backup_timestamp_seconds", "When a backup of the region was made last")
        .set((*backup)->micros / kMicros);
}

}  // namespace countersign::apps
