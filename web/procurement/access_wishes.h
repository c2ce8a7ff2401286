#pragma once

#include "collector/http/message.h"
#include "reports/trust/requests.h"
#include "web/admin/act.h"
#include "web/auth/administration.h"
#include "web/procurement/document_wishes.h"

#include <cstdint>
#include <string>

/// What requests about access ask for. 400, 415 or 422, naming the member and never repeating a value.
namespace countersign::procurement {

inline constexpr std::uint64_t kAskBytesMax = 8u << 10;

/// `name`, `email`, `company`, `reason`, of a JSON object; and of a form (application/x-www-form-urlencoded).
/// All are there, in UTF-8 and without control characters; line breaks of the reason become spaces. The
/// address is one that can be the name of an account, in lower case.
Wish<trust::Wish> read_ask(const http::Request& request);
Wish<trust::Wish> read_ask_form(const http::Request& request);

/// What an approval says where nothing is asked for.
struct GrantDefaults {
  std::string tenant;  ///< may be empty: then it has to be named
  std::int64_t days = 14;
};
/// `tenant`, `period`, `expires`, all of which may be left out: an auditor's account without a name.
/// The period is the last twelve months, until the account expires.
Wish<auth::NewAccount> read_grant(const http::Request& request, const endpoints::Asker& asker,
                                  const GrantDefaults& defaults, base::Timestamp now);

/// `reason`, of 1 to 256 bytes, as it will stand in the record.
Wish<std::string> read_refusal(const http::Request& request);

}  // namespace countersign::procurement
