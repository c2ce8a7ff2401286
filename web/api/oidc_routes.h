#pragma once

#include "collector/http/router.h"
#include "web/api/oidc_providers.h"
#include "web/api/people.h"

namespace countersign::api {

/// The cookie that binds a sign-in to the browser that began it, for ten minutes. Not Strict: the browser
/// must send it when the provider sends the person back.
inline constexpr std::string_view kOidcCookie = "__Host-countersign-oidc";

/// GET /v1/oidc and, for each provider, /v1/oidc/{name}/sign-in, /callback and /back-channel-logout. Both
/// outlive the router.
void add_oidc(http::Router& router, People& people, OidcProviders& providers);

}  // namespace countersign::api
