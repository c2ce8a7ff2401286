#pragma once

#include "collector/http/message.h"
#include "collector/ingest/registry.h"
#include "ledger/base/problem.h"
#include "ledger/base/time.h"
#include "ledger/policy/history.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

/// A tenant's policies of before, as the API shows them. All functions are pure and thread-safe.
namespace countersign::endpoints {

/// The parameter `at` of a query: empty where there is none; 422 where it is no time, or one to come.
tl::expected<std::optional<base::Timestamp>, base::Problem> read_at(const http::RequestHead& head,
                                                                    base::Timestamp now);

/// The document of the policies that were in force then; 404 for a time before the tenant was added.
http::Response policy_at(const ingest::Tenant& tenant, const policy::TenantHistory& history,
                         base::Timestamp at);

/// A part of a history, the newest first. Versions are counted from 1, the oldest.
struct PolicyPage {
  static constexpr std::uint64_t kLimit = 20, kLimitMax = 50;
  std::uint64_t limit = kLimit;
  std::optional<std::uint64_t> cursor;  ///< only versions older than that
};

/// The parameters `limit` and `cursor` of a query; 422 where one is not as it must be.
tl::expected<PolicyPage, base::Problem> read_page(const http::RequestHead& head);

/// Who is behind the tokens of authors and reviewers: an operator's name or an account's id.
using PolicyAuthors = std::map<std::string, std::string>;

/// `{"tenant","versions":[{"version","change","from","by","action","changes","before","after","records",
/// "reviewed":[{"at","by","note","record"}]}],"next"}`: `next` is the cursor of what is older, where there is
/// more.
http::Response policy_versions(const ingest::Tenant& tenant, const policy::TenantHistory& history,
                               const PolicyAuthors& authors, const PolicyPage& page);

}  // namespace countersign::endpoints
