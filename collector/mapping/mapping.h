#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"
#include "ledger/record/prepare.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Turning rows of somebody's export into events, by a description instead of code.
namespace countersign::mapping {

/// A row: the names of its columns (of a JSON object: the dotted paths of its leaves) and their values.
using Row = boost::json::object;

/// What a mapping file says (docs/backfill.md). Immutable, so any thread may apply it.
class Mapping {
 public:
  /// Reads a mapping file's text (TOML). invalid_argument names the line or member, and what would be right:
  /// a member of the event that does not exist, a column that is named as a secret is, a time without its
  /// form.
  static base::Result<Mapping> parse(std::string_view toml);

  /// The event of a row; absent where the row is to be skipped. Faults name columns, and never values.
  tl::expected<std::optional<boost::json::object>, record::Faults> apply(const Row& row) const;

 private:
  enum class Unmapped { refuse, attributes, drop };

  /// Where a member's value comes from.
  struct Value {
    std::vector<std::string> columns;  ///< joined with '/'; empty: the constant
    std::string constant;
    std::map<std::string, std::string> values;  ///< from a cell's text to the event's
    std::optional<std::string> otherwise;       ///< for a text that `values` does not have
    std::string time;                           ///< form of a time; see docs/backfill.md
    std::string zone;                           ///< of a time whose form has none
    bool hash = false;                          ///< of id: the SHA-256 of the whole row (record::content_id)
  };
  struct Member {
    const record::EventField* field = nullptr;  ///< null: an attribute
    std::string name;                           ///< of an attribute
    Value value;
  };
  struct Skip {
    std::string column;
    std::vector<std::string> in;
  };
  friend class Reader;

  bool is_skipped(const Row& row) const;
  bool uses(std::string_view column) const;
  void add_unmapped(const Row& row, boost::json::object& event, record::Faults& faults) const;

  std::vector<Member> members_;
  std::vector<Skip> skips_;
  Unmapped unmapped_ = Unmapped::refuse;
};

/// The leaves of a JSON object as a row; arrays stay whole.
Row flattened(const boost::json::object& object);

/// A cell's text as RFC 3339. `form`: `rfc3339`, `epoch_s`, `epoch_ms`, `epoch_us`, or a pattern of
/// strptime(3), behind which a fraction of a second may stand. `zone` (`Z` or `+02:00`) is used where the
/// text has none. Absent where the text does not have that form.
std::optional<std::string> time_of(std::string_view text, const std::string& form, const std::string& zone);

}  // namespace countersign::mapping
