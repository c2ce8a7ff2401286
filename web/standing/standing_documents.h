#pragma once

#include "reports/engine/catalogue.h"
#include "web/standing/standing_book.h"
#include "web/standing/standing_run.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// What the routes of the standing of controls answer; docs/api.md describes it. Pure.
namespace countersign::standing {

inline constexpr std::size_t kItemsMost = 500;

/// Each control and detection of the last run that the catalogue knows, with what earlier runs found of it.
/// `runs` are the oldest first, and there is one.
boost::json::object controls_of(const reports::Catalogue& catalogue, const std::vector<Run>& runs);

/// One of the last run with its exceptions and queries, as its report has them; empty where the report has
/// none of that id. `runs` are for the history.
std::optional<boost::json::object> control_of(const Book::Kept& kept, const std::vector<Run>& runs,
                                              std::string_view id);

}  // namespace countersign::standing
