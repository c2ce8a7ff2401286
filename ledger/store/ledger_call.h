#pragma once

#include "ledger/store/writer.h"

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

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

using ErasureFuture = std::future<base::Result<ErasureResult>>;

/// As Writer::erase; what comes of it is in the future. Any thread.
inline base::Result<ErasureFuture> begin_erasing(Writer& writer, ErasureOrder order,
                                                 RememberErasure remember) {
  auto promise = std::make_shared<std::promise<base::Result<ErasureResult>>>();
  auto future = promise->get_future();
  TRY(writer.erase(std::move(order), std::move(remember),
                   [promise](auto result) { promise->set_value(std::move(result)); }));
  return future;
}

/// As Writer::erase, and waits for it. Any thread but the ledger's.
inline base::Result<ErasureResult> erase_and_wait(Writer& writer, ErasureOrder order,
                                                  RememberErasure remember) {
  TRY_ASSIGN(auto future, begin_erasing(writer, std::move(order), std::move(remember)));
  return future.get();
}

}  // namespace countersign::store
