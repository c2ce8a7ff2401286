#include "collector/ingest/source.h"

#include <algorithm>

namespace countersign::ingest {

bool Source::may_send_for(const base::TenantId& tenant) const {
  return tenants.empty() || std::find(tenants.begin(), tenants.end(), tenant) != tenants.end();
}

bool Source::has_certificate(const base::Digest& sha256) const {
  return std::find(certificates.begin(), certificates.end(), sha256) != certificates.end();
}

std::string Source::proof_name() const {
  if (!scheme.empty()) return scheme;
  if (certificates.empty()) return "token";
  return token_sha256 ? "token, certificate" : "certificate";
}

}  // namespace countersign::ingest
