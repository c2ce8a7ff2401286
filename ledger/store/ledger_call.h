#pragma once

#include "ledger/store/writer.h"

#include <functional>
#include <future>
#include <memory>
#include <optional>

namespace countersign::store {

/// Whether the outcome of a write is known to be none, so that the writer may go on.
inline bool leaves_the_writer_whole(base::Code code) {
  return code != base::Code::internal && code != base::Code::data_loss && code != base::Code::aborted;
}

/// Has something short done by a region's ledger thread, and waits for it. unavailable where the ledger stops
/// first. A failure of unknown outcome ends the writer, too. Any thread but the ledger's.
template <class Call>
auto call_on_ledger(Writer& writer, Call call) -> decltype(call(std::declval<LedgerThread&>())) {
  using Answer = decltype(call(std::declval<LedgerThread&>()));
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  Work work = [promise = std::move(promise),
               call = std::move(call)](LedgerThread& here) -> base::Result<std::optional<std::int64_t>> {
    auto answer = call(here);
    const bool ends = !answer && !leaves_the_writer_whole(answer.error().code);
    auto error = ends ? answer.error() : base::Error();
    promise->set_value(std::move(answer));
    if (ends) return base::fail(std::move(error));
    return std::optional<std::int64_t>();
  };
  if (auto taken = writer.add_work(std::move(work)); !taken) return base::fail(taken.error());
  try {
    return future.get();
  } catch (const std::future_error&) {
    return base::fail(base::Code::unavailable, "the ledger is stopping");
  }
}

}  // namespace countersign::store
