#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/schema.h"
#include "reports/findings/finding.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::findings {

/// Which records may be looked at: those received from then on, and before.
struct Received {
  base::Timestamp from{INT64_MIN}, before{INT64_MAX};
};

struct Wanted {
  base::TenantId tenant;
  std::optional<State> state;
  std::string control;                   ///< empty: any
  std::optional<std::uint64_t> earlier;  ///< only those whose first record is before that number
  std::size_t most = 50;
  Received received;
};

struct Page {
  std::vector<Finding> findings;      ///< the newest first, by the first record of each
  std::optional<std::uint64_t> next;  ///< `earlier` of the next page; empty where there is none
};

/// How many there are in each state.
struct Counts {
  std::uint64_t opened = 0, acknowledged = 0, resolved = 0;
};

/// The findings of one region as they stood when this was opened: what the index holds of the system log, and
/// behind that the log's records themselves, so nothing that is on disk is missing. Open one for each
/// question. One thread.
class FindingReader {
 public:
  static constexpr std::uint64_t kBehindMax = 10'000;  ///< records that are read past the index

  /// not_found where there is no ledger; unavailable while the index is being made or is further behind.
  static base::Result<FindingReader> open(const store::RegionFiles& files);
  ~FindingReader();
  FindingReader(FindingReader&&) noexcept;
  FindingReader& operator=(FindingReader&&) noexcept;

  base::Result<Page> list(const Wanted& wanted);
  base::Result<Counts> count(const base::TenantId& tenant, const Received& received = {});
  /// Empty where there is none of that id in what may be looked at.
  base::Result<std::optional<Finding>> find(const base::TenantId& tenant, std::string_view id,
                                            const Received& received = {});

 private:
  struct Impl;
  explicit FindingReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::findings
