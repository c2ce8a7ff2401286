#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "web/notify/delivery.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace countersign::notify {

/// What waits for one destination in one region: a file for each delivery, which is there before its record
/// counts as read, and goes when the destination has taken it. Any thread. Commands change the same files
/// beside it (deliveries.h), each change under a lock of the folder.
class DeliveryQueue {
 public:
  /// Told of each delivery that is given up, before it is put aside. Where it fails the delivery waits on.
  using OnDead = std::function<base::Result<void>(const Delivery&)>;

  struct Options {
    DeliveryFolder folder;
    std::string destination;
    std::size_t waiting_max = 10'000;  ///< beyond it the oldest is given up
    std::size_t dead_max = 10'000;     ///< beyond it the oldest is deleted
    OnDead on_dead;
  };
  /// Makes the folders that are missing, and looks at what waits.
  static base::Result<std::unique_ptr<DeliveryQueue>> open(Options options);

  /// Puts a delivery among those that wait, durably; nothing happens where it is there already.
  base::Result<void> add(const Delivery& delivery);

  /// Looks at the folder again, for what commands have changed.
  base::Result<void> look();

  /// The oldest that is due; it stays where it is. A file that is no delivery is renamed to *.refused.
  std::optional<Delivery> due(base::Timestamp now);
  /// When the next one is due, if any waits.
  std::optional<base::Timestamp> next_due() const;
  std::size_t waiting() const;

  /// The destination has it.
  base::Result<void> taken(const Delivery& delivery);
  /// Puts it back with what is new of it; nothing happens where a command has changed or dropped it
  /// meanwhile.
  base::Result<void> put_back(const Delivery& delivery);
  /// Gives it up: told of, and moved aside. Where that fails it waits for a minute more.
  base::Result<void> bury(const Delivery& delivery, base::Timestamp now);

 private:
  struct Seen {
    std::filesystem::file_time_type written;
    base::Timestamp due;
  };
  explicit DeliveryQueue(Options options);
  base::Result<Delivery> read(const std::string& name) const;
  base::Result<void> write(const Delivery& delivery);
  bool is_ours(const Delivery& delivery);
  base::Result<void> put_aside(const Delivery& delivery);
  base::Result<void> bound();

  const Options options_;
  const std::filesystem::path waiting_, dead_;
  mutable std::mutex mutex_;
  std::map<std::string, Seen> seen_;  ///< by name; guarded by mutex_
};

/// Locks a folder of waiting deliveries against other changes; held as long as the file is open.
base::Result<base::OpenFile> lock_deliveries(const std::filesystem::path& waiting);

/// The names of the deliveries in a folder, in their order; none where there is no folder.
std::vector<std::string> delivery_names(const std::filesystem::path& folder);

/// Reads one file. not_found, data_loss.
base::Result<Delivery> read_delivery(const std::filesystem::path& folder, const std::string& name);

}  // namespace countersign::notify
