#pragma once

#include "reports/documents/document.h"

#include <map>
#include <span>
#include <string>

namespace countersign::documents {

/// What can be said of each kind on a day, by name: `document.<kind>.state`, and where there is a version
/// also `.title`, `.issuer`, `.version`, `.valid_from`, `.valid_until`, `.sha256`; what is not known is not
/// there. Of several documents of a kind the one that stands best speaks: a valid one before one that has
/// expired, and that before one that is still to come; among them the one that holds longest, then the one
/// that was added last. The NDA speaks for no kind. Pure.
std::map<std::string, std::string> document_facts(std::span<const Document> documents, Day day);

}  // namespace countersign::documents
