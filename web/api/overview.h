#pragma once

#include "collector/ingest/source_book.h"
#include "web/api/overview_routes.h"

#include <boost/json/object.hpp>

namespace countersign::api {

/// How a tenant's log stands, as GET /v1/tenants/{tenant}/overview answers it: a few searches in the ledger
/// and its index, however long the log is. To who has a period nothing is told that lies outside of it.
/// Blocks on the disk. unavailable, and not_found, while the index is being made.
base::Result<boost::json::object> overview_document(const OverviewFacts& facts,
                                                    const ingest::SourceBook& book,
                                                    const endpoints::Asker& asker, const View& view);

}  // namespace countersign::api
