#pragma once

#include "collector/http/message.h"
#include "reports/trust/statement.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace countersign::procurement {

/// What visitors of the trust page are shown, made once for all of them and kept in memory. What is older
/// than trust::kFactsLastUs is shown no more: then the page says that nothing is known, and since when. Any
/// thread.
class TrustBoard {
 public:
  using Steady = std::chrono::steady_clock;

  struct Options {
    trust::Subject subject;
    std::int64_t keep_days = 30;  ///< as the page says to who asks for access
    std::function<Steady::time_point()> now = Steady::now;
  };
  /// Nothing is known since `began`.
  TrustBoard(Options options, base::Timestamp began);

  const trust::Subject& subject() const { return options_.subject; }

  /// Shows it from now on; its facts were gathered then.
  void put(const trust::Statement& statement, Steady::time_point gathered);
  /// Nothing is known any more.
  void take_down();

  http::Response html(const http::RequestHead& head) const;
  http::Response json(const http::RequestHead& head) const;

 private:
  struct Page {
    std::string body, tag;
  };
  struct Shown {
    Page html, json;
  };
  using SharedShown = std::shared_ptr<const Shown>;
  SharedShown render(const trust::Statement& statement) const;
  SharedShown shown() const;
  static http::Response answer(const Page& page, const http::RequestHead& head);

  const Options options_;
  mutable std::mutex mutex_;
  SharedShown current_;  ///< guarded by mutex_, as the next are; may be empty
  SharedShown after_;    ///< what stands there once that is too old
  Steady::time_point gathered_{};
};

}  // namespace countersign::procurement
