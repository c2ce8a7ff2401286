#include "apps/trust_statement.h"

#include "apps/vendor_stores.h"
#include "reports/engine/catalogue.h"

#include <vector>

namespace countersign::apps {

trust::Subject trust_subject(const Config& config) {
  trust::Subject out;
  out.vendor = config.trust.vendor;
  out.contact = config.trust.contact;
  out.takes_requests = config.trust.requests;
  for (const auto& id : config.trust.controls)
    if (const auto* found = reports::Catalogue::built_in().find(id); found != nullptr)
      out.controls.push_back(found);
  return out;
}

base::Result<trust::Statement> trust_statement(const Config& config, const answers::Facts& facts,
                                               base::Timestamp now) {
  std::vector<documents::Document> all;
  if (has_documents(config)) {
    TRY_ASSIGN(auto store, open_documents(config));
    TRY_ASSIGN(all, store.list());
  }
  return trust::statement_of(trust_subject(config), facts, all, now);
}

}  // namespace countersign::apps
