#pragma once

#include "collector/ingest/operators.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <optional>

/// What is shown of sources, tokens and tenants, over HTTP and by commands: nothing that proves who somebody
/// is.
namespace countersign::admin {

boost::json::object author_document(const ingest::Author& author);

/// `page` may be null.
boost::json::object source_document(const ingest::Source& source, const ingest::SourceBook::Page* page);

boost::json::object token_document(const ingest::Operator& one, std::optional<base::Timestamp> last_used,
                                   base::Timestamp now);

boost::json::object tenant_document(const ingest::Tenant& tenant);

}  // namespace countersign::admin
