#pragma once

#include "collector/endpoints/asker.h"
#include "collector/endpoints/policy_document.h"
#include "collector/endpoints/policy_past.h"
#include "collector/endpoints/policy_review.h"
#include "collector/http/router.h"

#include <functional>
#include <string>

namespace countersign::endpoints {

/// A change of a tenant's policies that somebody asks for, who may.
struct PolicyChange {
  std::string operator_name;        ///< as Asker's
  std::function<bool()> still_may;  ///< asked again when it is the change's turn
  base::TenantId tenant;
  std::string etags;  ///< If-Match: of what it is to take the place of
  PolicyWish wish;
};

/// What the program does with it: answers 200 with the new document and its entity tag once it is recorded
/// and in force, 503 where it does not come into force soon; 412 where the policies are not those of the tags
/// any more. Called from I/O threads and does not block.
using ChangePolicy = std::function<void(PolicyChange, http::Respond)>;

/// What the program does to show policies of before: finds the tenant's history and answers with what the
/// function makes of it, 503 where it cannot be read now. Called from I/O threads and does not block.
struct AnswerFromHistory {
  bool authors = false;  ///< whether it needs them
  std::function<http::Response(const policy::TenantHistory&, const PolicyAuthors&)> make;
};
using ReadHistory = std::function<void(const ingest::Tenant&, AnswerFromHistory, http::Respond)>;

/// What the program holds against a document that is well formed: the error's text names the member and what
/// would be right. Pure.
using CheckPolicy = std::function<base::Result<void>(const PolicyWish&)>;

/// Without them nothing is changed, and nothing of before is shown or reviewed: 503. Without `check` whatever
/// is well formed is taken.
struct PolicyCalls {
  ChangePolicy change = {};
  ReadHistory history = {};
  CheckPolicy check = {};
  ReviewPolicy review = {};
};

/// GET /v1/tenants/{tenant}/policy, of operators who act for the tenant, with `?at=` as it was in force then;
/// PUT, of its admins, with If-Match (RFC 9110 section 13.1.1); GET /v1/tenants/{tenant}/policy/history,
/// and POST …/{change}/review; GET /v1/policy-schema.
void add_policies(http::Router& router, const Reception& reception, PolicyCalls calls);

/// The document as an answer, with its entity tag.
http::Response policy_answer(const ingest::Tenant& tenant);

}  // namespace countersign::endpoints
