#pragma once

#include "collector/http/message.h"
#include "reports/trust/statement.h"

#include <cstdint>
#include <string>
#include <string_view>

/// The trust page: HTML without a script, in two themes, for narrow windows and paper, too. Pure.
namespace countersign::procurement {

/// `keep_days`: for how long a request for access is kept that nobody decides.
std::string trust_page(const trust::Statement& statement, std::int64_t keep_days);

/// A page that says one thing, with a link back.
http::Response trust_message(int status, std::string_view title, std::string_view sentence);

/// What a browser may do on these pages (Content Security Policy Level 3): use their one style sheet and send
/// their form here, and nothing else.
const std::string& trust_page_policy();

/// That style sheet.
std::string_view trust_style();

}  // namespace countersign::procurement
