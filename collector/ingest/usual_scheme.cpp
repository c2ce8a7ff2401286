#include "collector/ingest/usual_scheme.h"

#include <array>

namespace countersign::ingest {
namespace {

struct Usual {
  std::string_view adapter, scheme;
};

constexpr std::array kUsual{
    Usual{"countersign", "standard_webhooks"},
    Usual{"authgear", "authgear"},
    Usual{"github_audit", "github"},
    Usual{"keycloak", "phasetwo"},
    Usual{"sinch_verification", "sinch"},
    Usual{"slack", "slack"},
    Usual{"telnyx_verify", "telnyx"},
    Usual{"twilio_verify", "twilio"},
    Usual{"vonage_verify", "vonage"},
    Usual{"workos", "workos"},
    Usual{"zendesk", "zendesk"},
};

}  // namespace

std::string_view usual_scheme(std::string_view adapter) {
  for (const auto& usual : kUsual) {
    if (usual.adapter == adapter) return usual.scheme;
  }
  return "shared_header";
}

}  // namespace countersign::ingest
