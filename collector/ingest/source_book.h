#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::ingest {

/// What the operator is shown of a source besides its records: what was refused and why, and which of a
/// provider's types are not known here. Counted since the appliance was made; kept in a file that may be lost
/// without harm to any evidence. Holds names of types and reasons, no values of events.
class SourceBook {
 public:
  struct Type {
    std::int64_t count = 0;
    std::string why;  ///< why a known type is no evidence; empty: the type is not known
    base::Timestamp last;
  };
  struct Page {
    std::map<std::string, std::int64_t> events;   ///< by status
    std::map<std::string, std::int64_t> refused;  ///< requests and events, by reason
    std::map<std::string, Type> types;            ///< that were not stored, by the provider's name
    std::optional<base::Timestamp> heard;         ///< when something of it was last taken
  };
  using Pages = std::map<std::string, Page, std::less<>>;

  /// Goes on from a file that save() wrote; an empty book where there is none or it is damaged.
  static Pages load(const std::filesystem::path& file);
  void set(Pages pages);

  void heard(std::string_view source, base::Timestamp now);
  void count_events(std::string_view source, std::string_view status, std::int64_t count);
  void count_refused(std::string_view source, std::string_view reason);
  void count_type(std::string_view source, const std::string& type, std::string_view why,
                  base::Timestamp now);

  Pages pages() const;
  std::optional<base::Timestamp> last_heard(std::string_view source) const;

  /// Writes the book where it has changed since the last time. Any thread.
  base::Result<void> save(const std::filesystem::path& file);

 private:
  mutable std::mutex mutex_;
  Pages pages_;           ///< guarded by mutex_
  bool changed_ = false;  ///< guarded by mutex_
};

}  // namespace countersign::ingest
