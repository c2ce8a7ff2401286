#pragma once

#include "collector/http/router.h"
#include "ledger/base/embedded_file.h"

#include <span>

namespace countersign::base {

/// The files of the portal, as Vite has built them of web/ui.
std::span<const EmbeddedFile> portal_files();

}  // namespace countersign::base

namespace countersign::portal {

/// What a browser may do on the portal's pages (Content Security Policy Level 3): run and load what this
/// appliance serves, ask it, and nothing else; no script may be made of a text.
extern const std::string_view kContentSecurityPolicy;

/// GET / and /invitation: the page. GET /assets/{name}: what it loads. The names of assets hold a hash of
/// what is in them, so browsers keep them for good; the page itself is asked for anew each time, by its
/// entity tag. Everything is open to everybody: it holds no data.
void add_portal(http::Router& router, std::span<const base::EmbeddedFile> files);

}  // namespace countersign::portal
