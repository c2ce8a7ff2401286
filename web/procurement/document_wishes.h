#pragma once

#include "collector/http/message.h"
#include "ledger/base/problem.h"
#include "reports/documents/store.h"

#include <tl/expected.hpp>

#include <string>

/// What requests about documents ask for. 400, 415 or 422, naming the member and never repeating a value.
namespace countersign::procurement {

template <class T>
using Wish = tl::expected<T, base::Problem>;

/// `kind`, `title`, `owner`, `confidentiality`, `remind_days`, `nda`. Without `owner` it is `asker`'s.
Wish<documents::NewDocument> read_new_document(const http::Request& request, const std::string& asker);

/// `title`, `owner`, `confidentiality`, `remind_days`: those that change.
Wish<documents::DocumentChange> read_document_change(const http::Request& request);

/// Of the query: `file_name`, `issuer`, `valid_from`, `valid_until`, `sha256`.
Wish<documents::NewVersion> read_new_version(const http::RequestHead& head);

struct Withdrawing {
  std::string reason;
  bool remove_contents = false;
};
/// `reason`, `remove_contents`.
Wish<Withdrawing> read_withdrawing(const http::Request& request);

/// `sha256`: which text is accepted.
Wish<base::Digest> read_acceptance(const http::Request& request);

}  // namespace countersign::procurement
