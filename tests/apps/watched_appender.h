#pragma once

#include "ledger/store/append.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::testing {

/// Hands on to a region's writer, keeps the ids that it was given, and refuses from the batch with that
/// number on.
class WatchedAppender : public store::Appender {
 public:
  explicit WatchedAppender(store::Appender& writer) : writer_(writer) {}
  base::Result<void> submit(std::vector<record::PreparedEvent> events, store::AppendDone done) override {
    if (batches.size() == fails_at) return base::fail(base::Code::unavailable, "full");
    batches.emplace_back();
    for (const auto& event : events) batches.back().push_back(event.id);
    return writer_.submit(std::move(events), std::move(done));
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& batch : batches) out.insert(out.end(), batch.begin(), batch.end());
    return out;
  }
  std::optional<std::size_t> fails_at;
  std::vector<std::vector<std::string>> batches;

 private:
  store::Appender& writer_;
};

}  // namespace countersign::testing
