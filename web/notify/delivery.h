#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::notify {

/// One notice for one destination, as it waits in a file of its own.
struct Delivery {
  std::string name;       ///< of the file: the number of the record, so that names are in their order
  std::string id;         ///< `msg_…`: the same each time that it is sent
  std::string body;       ///< to_body(), the same bytes each time
  unsigned attempts = 0;  ///< that failed, since it was queued or ordered to be sent again
  unsigned round = 0;     ///< how often it was ordered to be sent again
  base::Timestamp due;    ///< when to try next
  std::string error;      ///< why the last attempt failed

  bool operator==(const Delivery&) const = default;
};

/// The id of what record `seq` of a system log says: nobody else makes the same, and it is the same whenever
/// it is made.
std::string delivery_id(std::string_view system_log, std::uint64_t seq);
/// The name of its file.
std::string delivery_name(std::uint64_t seq);

/// As the text of a file, and back; data_loss for a text that is none.
std::string to_text(const Delivery& delivery);
base::Result<Delivery> parse_delivery(const std::string& name, std::string_view text);

/// A region's deliveries: `<region>/deliveries`.
struct DeliveryFolder {
  std::filesystem::path folder;

  /// That of the region whose files are in `region`.
  static DeliveryFolder of(const std::filesystem::path& region) { return {region / "deliveries"}; }

  std::filesystem::path waiting(const std::string& destination) const {
    return folder / "waiting" / destination;
  }
  /// What was given up.
  std::filesystem::path dead(const std::string& destination) const { return folder / "dead" / destination; }
  /// Up to where the system log was read.
  std::filesystem::path position() const { return folder / "position"; }
};

}  // namespace countersign::notify
