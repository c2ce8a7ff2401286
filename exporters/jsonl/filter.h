#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::jsonl {

/// One condition of a filter: `type` is `login.failed`, `challenge.factor` is `sms`, `source` is `okta`.
struct FilterTerm {
  std::string field;
  std::string value;

  bool operator==(const FilterTerm&) const = default;
};

/// Chooses records by members that are not personal. Terms of the same field are alternatives; different
/// fields must all hold. The field `token` stands for any personal value: it chooses records that hold that
/// token, wherever. A filter without terms chooses every record. Immutable; const calls are thread-safe.
class Filter {
 public:
  Filter() = default;
  /// invalid_argument for a field that does not exist or is personal, with the ones that can be used.
  static base::Result<Filter> make(std::vector<FilterTerm> terms);

  const std::vector<FilterTerm>& terms() const { return terms_; }
  bool empty() const { return terms_.empty(); }
  bool matches(const record::RecordView& record, const record::EventView& event) const;

  /// The terms as a text, `type=login.failed challenge.factor=sms`; values with spaces stand in double
  /// quotes.
  std::string to_text() const;

 private:
  struct Condition {
    int field = 0;                          ///< of kEventFields, or kSource, kProof
    std::vector<std::string> alternatives;  ///< as they stand in a record, escaped and quoted
  };
  static constexpr int kSource = -1;
  static constexpr int kProof = -2;
  static constexpr int kToken = -3;

  static base::Result<int> find_field(std::string_view field);
  static bool holds_one_of(const std::vector<std::string>& tokens, const record::EventView& event);

  std::vector<FilterTerm> terms_;
  std::vector<Condition> conditions_;
};

}  // namespace countersign::jsonl
