#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace countersign::privacy {

/// An erasure that was decided, without any personal data: the tokens say nothing once their rows are gone.
struct Erasure {
  std::string id;  ///< 32 hexadecimal digits
  base::Timestamp time;
  base::TenantId tenant;
  std::string reason;         ///< a code such as `gdpr_art_17`: [a-z0-9_], at most 64 characters
  std::uint64_t records = 0;  ///< that named the person
  std::map<std::string, std::uint64_t> kinds;  ///< how many values of each kind
  std::vector<std::string> tokens;
};

/// The memory of all erasures of a region: a folder outside the region's, one file for each. It is written
/// before anything is erased, so that an erasure which a crash cut short, or which an older copy of the
/// region's files brought back, is carried out again. Different processes may read it; one writes it.
class Erasures {
 public:
  explicit Erasures(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes an erasure durable; already_exists where there is one of its id.
  base::Result<void> add(const Erasure& erasure);

  /// All of them, by time. data_loss where a file is none: it names it.
  base::Result<std::vector<Erasure>> list() const;

 private:
  std::filesystem::path folder_;
};

/// Whether a reason is a code that may stand in the clear in the system log.
bool is_reason(std::string_view text);

/// `erasure.performed` for the system log: the tenant, the reason, counts and the SHA-256 over the sorted
/// tokens with a line feed behind each, and nothing that is personal. Idempotent by the erasure's id.
boost::json::object erasure_event(const Erasure& erasure);

}  // namespace countersign::privacy
