#pragma once

#include "collector/http/message.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "web/scim/change.h"
#include "web/scim/refusal.h"
#include "web/scim/store.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::scim {

/// The media type of every body, in and out (RFC 7644 section 8.1).
inline constexpr std::string_view kMediaType = "application/scim+json";

/// A request, whose sender is known and may make it.
struct Request {
  std::string_view method;
  std::string_view path;   ///< what stands behind `/scim/v2`, as it came: `/Users/…`
  std::string_view query;  ///< as it came, without the question mark
  std::string_view if_match = {};
  std::string_view if_none_match = {};
  std::string_view body = {};
};

struct Answer {
  int status = 500;
  http::Fields headers;  ///< ETag, Location, Allow
  std::string body;      ///< of kMediaType, or empty
  /// What was changed; empty unless the status is a success.
  std::vector<Change> changes;
};

/// The answer to what is refused.
Answer answer_of(const Refusal& refusal);

/// A SCIM 2.0 service provider (RFC 7643, RFC 7644) for users and groups: reading, filtering, creating,
/// replacing, patching and deleting them, and the documents that say what it can do. Bulk, sorting, `/Me` and
/// searching over both types at once are not there.
///
/// A password that a client sends is thrown away, and so is what evidence does not need (is_disregarded).
/// `active` never changes because it is left out. A user that is deleted leaves its groups.
///
/// Holds no resources, so one serves all tenants; const calls are thread-safe, each with a store of its own.
class Service {
 public:
  struct Options {
    std::string base_url;  ///< `https://host/scim/v2`, as clients reach it, without a final slash
    base::Clock clock;
    crypto::Entropy entropy;
    std::uint64_t scan_max = 100'000;  ///< resources that one filter may be asked of, where no index helps
  };

  explicit Service(Options options) : options_(std::move(options)) {}

  /// Answers, never fails: what goes wrong is an error message (section 3.12) that repeats nothing of the
  /// sender's.
  Answer answer(const Request& request, Store& store) const;

 private:
  Options options_;
};

}  // namespace countersign::scim
