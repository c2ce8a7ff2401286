#pragma once

#include "ledger/base/embedded_file.h"

#include <span>

namespace countersign::base {

/// The page `verify.html`, as Vite has built it of web/ui: the one file, which checks a bundle in a browser.
std::span<const EmbeddedFile> verify_page();

}  // namespace countersign::base
