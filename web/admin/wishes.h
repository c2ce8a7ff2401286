#pragma once

#include "collector/endpoints/asker.h"
#include "ledger/base/problem.h"
#include "web/auth/administration.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// What bodies ask for. 422, naming the member and never repeating a value.
namespace countersign::admin {

template <class T>
using Asked = tl::expected<T, base::Problem>;

/// A refusal of a body.
tl::unexpected<base::Problem> bad(std::string detail, int status = 422);

/// No other members than these.
Asked<void> only(const boost::json::object& body, std::initializer_list<std::string_view> members);

/// A member; empty, false, 0 or none where it is left out. Texts have at most `bytes_max` bytes and no
/// control characters.
Asked<std::string> text(const boost::json::object& body, std::string_view member,
                        std::size_t bytes_max = 256);
Asked<bool> flag(const boost::json::object& body, std::string_view member);
Asked<std::int64_t> number(const boost::json::object& body, std::string_view member, std::int64_t most);
Asked<std::vector<std::string>> texts(const boost::json::object& body, std::string_view member,
                                      std::size_t count_max, std::size_t bytes_max);
Asked<std::optional<base::Timestamp>> time(const boost::json::object& body, std::string_view member);
Asked<std::optional<ingest::Period>> period(const boost::json::object& body);

/// `tenants`: spelled as tenants are, each one that the asker acts for, and registered; 403 for another one,
/// whether there is one or not.
Asked<std::vector<base::TenantId>> tenants(const boost::json::object& body, const endpoints::Asker& asker);

/// `user`, `display_name`, `role`, `tenants` or `all_tenants`, `period`, `expires`. 403 where the asker acts
/// for some tenants and asks for more than an auditor or analyst of them.
Asked<auth::NewAccount> read_account(const boost::json::object& body, const endpoints::Asker& asker);

/// `operator`, `role`, `tenants` or `all_tenants`, `period`, `expires`.
Asked<ingest::NewOperator> read_token(const boost::json::object& body, const endpoints::Asker& asker);

}  // namespace countersign::admin
