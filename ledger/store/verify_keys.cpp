#include "ledger/store/verify_keys.h"

#include "ledger/store/schema.h"
#include "ledger/store/verify_chunk.h"

#include <algorithm>

namespace countersign::store {
namespace {

class Sum {
 public:
  explicit Sum(const std::vector<LogHead>& logs) : logs_(logs) {}

  void add(base::Bytes key, std::int64_t place) {
    const auto log = std::find_if(logs_.begin(), logs_.end(),
                                  [&](const LogHead& one) { return one.number == log_of_place(place); });
    const bool later = log == logs_.end() ? log_of_place(place) >= static_cast<std::int64_t>(logs_.size())
                                          : index_of_place(place) >= log->size;
    if (!later) value_ += key_part(key, place);
  }
  std::uint64_t value() const { return value_; }

 private:
  const std::vector<LogHead>& logs_;
  std::uint64_t value_ = 0;
};

}  // namespace

base::Result<std::uint64_t> sum_of_keys(sqlite::Connection& ledger, const std::vector<LogHead>& logs,
                                        const std::function<base::Result<void>()>& go_on) {
  Sum sum(logs);
  {
    // What only somebody else can have put there: what is no blob comes before all of them.
    TRY_ASSIGN(auto odd, ledger.prepare("SELECT key,place FROM idempotency WHERE key<=x''"));
    for (;;) {
      TRY_ASSIGN(const bool row, odd.step());
      if (!row) break;
      sum.add(odd.blob(0), odd.integer(1));
    }
  }
  TRY_ASSIGN(auto piece, ledger.prepare("SELECT key,place FROM idempotency WHERE key>coalesce(?1,x'') ORDER "
                                        "BY key LIMIT 16384"));
  std::vector<std::uint8_t> from, last;
  for (bool first = true;; first = false) {
    TRY(go_on());
    first ? piece.bind_null(1) : piece.bind_blob(1, from);
    bool any = false;
    for (;;) {
      TRY_ASSIGN(const bool row, piece.step());
      if (!row) break;
      any = true;
      const auto key = piece.blob(0);
      sum.add(key, piece.integer(1));
      last.assign(key.begin(), key.end());
    }
    piece.reset();
    if (!any) return sum.value();
    from.swap(last);
  }
}

}  // namespace countersign::store
