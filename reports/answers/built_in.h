#pragma once

#include "reports/answers/library.h"

#include <string_view>
#include <vector>

namespace countersign::answers {

/// The files of reports/answers/library, by their path in the source tree.
std::vector<Library::File> built_in_answers();
/// reports/answers/synonyms.toml
std::string_view built_in_synonyms();

}  // namespace countersign::answers
