#pragma once

#include "ledger/projection/query.h"
#include "web/api/evidence.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::api {

/// What somebody searches for, as the body of the request says it and within what she may see.
struct Question {
  std::vector<projection::Term> terms;
  std::optional<base::Timestamp> from, before;  ///< within the view's period
  std::optional<std::uint64_t> below, above;
  std::uint64_t limit = 100;
  bool personal = false;  ///< it names a personal value
  std::string described;  ///< members that it names, without their values
  /// Query, from and before as they came: what makes it the same question. Where the tenant wants to know of
  /// each look at a single record, above and below, too.
  std::string asked;
};

enum class Asks { for_records, for_counts };

/// invalid_argument, naming what is wrong and never repeating a value. Counts are asked for by query, from
/// and before alone.
base::Result<Question> read_question(const boost::json::object& body, const View& view, Asks what);

}  // namespace countersign::api
