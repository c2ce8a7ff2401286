#pragma once

#include "collector/signatures/scheme.h"

/// The functions behind the table of scheme.cpp. See Scheme for what each gives.
namespace countersign::signatures {

// shared_header.cpp: `Authorization: <secret>`, with or without `Bearer`, or as a password of Basic.
base::Result<void> check_shared_header(std::string_view secret);
Verdict verify_shared_header(const SignedRequest& request, Secrets secrets);

// standard_webhooks.cpp: https://github.com/standard-webhooks/standard-webhooks (spec 1.0.0), HMAC `v1` and
// Ed25519 `v1a`; also with Svix's names of the headers.
base::Result<void> check_standard_webhooks(std::string_view secret);
Verdict verify_standard_webhooks(const SignedRequest& request, Secrets secrets);

// twilio.cpp: https://www.twilio.com/docs/usage/security, form and JSON (bodySHA256).
base::Result<void> check_text(std::string_view secret);
Verdict verify_twilio(const SignedRequest& request, Secrets secrets);

// jwt.cpp: a JWT (RFC 7519) with HS256 in Authorization that covers the body's SHA-256,
// https://developer.vonage.com/en/getting-started/concepts/webhooks
Verdict verify_vonage(const SignedRequest& request, Secrets secrets);

// body_hmac.cpp: HMAC-SHA256 of the body, or of a time and the body, in a header.
Verdict verify_phasetwo(const SignedRequest& request, Secrets secrets);
Verdict verify_authgear(const SignedRequest& request, Secrets secrets);
Verdict verify_github(const SignedRequest& request, Secrets secrets);
Verdict verify_slack(const SignedRequest& request, Secrets secrets);
Verdict verify_workos(const SignedRequest& request, Secrets secrets);
Verdict verify_zendesk(const SignedRequest& request, Secrets secrets);

// sinch.cpp:
// https://developers.sinch.com/docs/verification/api-reference/authentication/callback-signed-request
base::Result<void> check_sinch(std::string_view secret);
Verdict verify_sinch(const SignedRequest& request, Secrets secrets);

// telnyx.cpp: https://developers.telnyx.com/docs/development/api-fundamentals/webhooks
base::Result<void> check_telnyx(std::string_view secret);
Verdict verify_telnyx(const SignedRequest& request, Secrets secrets);

}  // namespace countersign::signatures
