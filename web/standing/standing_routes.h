#pragma once

#include "ledger/base/types.h"
#include "web/api/evidence.h"
#include "web/standing/standing_book.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace countersign::standing {

enum class Begun {
  begun,    ///< it waits for its turn, or runs
  running,  ///< one of the tenant does already
  busy,     ///< too many wait
  recent,   ///< the tenant's last test is younger than kBetweenOrders_s
};

/// For how long after a test of a tenant none is ordered.
inline constexpr std::int64_t kBetweenOrders_s = 60;

struct Ordered {
  Begun begun;
  std::int64_t retry_s = 1;  ///< when to ask again, where it was not begun
};

/// What the program does for the routes. Called from a desk's thread.
struct Calls {
  /// Of a region that is kept here. It outlives the routes.
  std::function<Book&(const base::RegionId&)> book;
  /// Has all controls of a tenant tested, with `members` of who asked for it.
  std::function<Ordered(const base::RegionId&, const base::TenantId&, boost::json::object members)> begin;
  /// Whether a test of the tenant's controls runs, or waits for its turn.
  std::function<bool(const base::RegionId&, const base::TenantId&)> is_running;
};

inline constexpr std::size_t kHistoryShown = 90;

/// GET /v1/tenants/{tenant}/controls and …/controls/{id}: what the last test of a tenant's controls found,
/// for every role of people; to who has a period only tests of a period within it are told. POST
/// …/controls/run: has them tested now, for analysts and administrators. What is given outlives the router.
void add_standing(http::Router& router, const endpoints::Reception& reception,
                  const api::EvidenceAccess& access, const Calls& calls, api::Desk& desk);

}  // namespace countersign::standing
