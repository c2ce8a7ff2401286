#pragma once

#include "collector/pull/puller.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Polling of lists that are asked for by time. Each of a provider's lists has its turn: it is read, page by
/// page, from where the last turn ended to now, and a little from before that again, because providers show
/// some events late; what comes twice is a duplicate.
namespace countersign::pull {

/// The times between which a list is asked for: from <= t < until.
struct Window {
  base::Timestamp from;
  base::Timestamp until;
};

/// How a provider's lists are polled.
struct ListRules {
  std::span<const std::string_view> names;
  std::int64_t first_s = 0;    ///< how far back the first turn goes
  std::int64_t overlap_s = 0;  ///< how much is asked for again; the setting overlap_s stands in its place
  std::int64_t lag_s = 0;      ///< how far behind now a turn ends
};

/// The list whose turn it is.
struct ListTurn {
  std::string_view name;
  Window window;
  std::string next;  ///< the provider's token of the next page; empty for the first
};

/// Reads a cursor that after_page() wrote; a text that is none begins anew.
ListTurn turn_of(std::string_view cursor, const ListRules& rules, const PullContext& context);

/// One page of a list.
struct ListPage {
  std::vector<boost::json::value> payloads;
  std::string next;         ///< the provider's token of the page behind it; empty: it is the last
  std::int64_t wait_s = 0;  ///< before the page behind it
};

/// What a page means for the poll: the same list goes on, or the next one has its turn.
PullPage after_page(std::string_view cursor, const ListRules& rules, const PullContext& context,
                    ListPage page);

/// The page's array at a path of object members; a PullFault where there is none. `provider` is for people.
tl::expected<boost::json::array, PullFault> array_in(boost::json::value& document,
                                                     std::initializer_list<std::string_view> path,
                                                     std::string_view provider);

}  // namespace countersign::pull
