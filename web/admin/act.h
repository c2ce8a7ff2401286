#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "collector/ingest/author.h"
#include "web/api/people.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Who may do what here, and by which proof. Any thread.
namespace countersign::admin {

/// For how long a second factor lets somebody change something here.
inline constexpr std::int64_t kWindowS = 900;

/// The role admin; and of it those who act for every tenant.
std::optional<base::Problem> admins(const ingest::Operator& who);
std::optional<base::Problem> admins_of_all(const ingest::Operator& who);

/// Whether somebody is still who he was, with the role, the tenants and the period that he had then.
bool has_same_rights(const endpoints::Asker& now, const endpoints::Asker& before);

/// Somebody who is about to change something.
struct Act {
  endpoints::Asker asker;  ///< a person
  ingest::Author author;   ///< as the registry says who did it
  /// As an event says it: `actor`, `device`, `session`, `challenge`.
  boost::json::object members;
  /// Whether it could be begun now, too, with the same rights: the session may have ended while the request
  /// waited, or what the account may do may have changed.
  std::function<bool()> still_may;
};

/// 401 and 403 as endpoints::ask(); 403 for a token, and (api::kSecondFactorProblem) where no second factor
/// was shown within kWindowS.
tl::expected<Act, base::Problem> begin_act(const endpoints::Reception& reception, api::People& people,
                                           const endpoints::Permit& permit, const http::RequestHead& head);

using Change = std::function<void(Act, const http::Request&, const http::Respond&)>;

/// A route that changes something: who may not is refused before a body is read. `people` outlives it.
http::Route changing_route(std::string method, std::string pattern, const endpoints::Reception& reception,
                           api::People& people, endpoints::Permit permit, Change change);

/// What the asker was refused for after it had waited.
http::Response may_no_more();

/// What the answer to something that failed says, by its code, and never what the sender sent.
struct Sayings {
  std::string_view not_found = "there is none of that name";
  std::string_view already_exists = "that name is taken, or was: choose another one";
  std::string_view failed_precondition = "that cannot be done to it as it stands";
};
/// 404, 409, 422, 503, 507 or 500; what the appliance's files have to do with it goes to its log.
http::Response failure(const base::Error& error, const Sayings& sayings = {});

}  // namespace countersign::admin
