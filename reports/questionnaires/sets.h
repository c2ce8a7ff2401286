#pragma once

#include "reports/questionnaires/question.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

/// Which public set the questions are of, by their numbers; empty where they are of none. `words` are texts
/// beside them that may name the version: the file's name, those of its sheets, what stands above the
/// questions. The version of CAIQ stays empty where neither they nor the numbers tell it: numbers moved
/// between 4.0 and 4.1. Pure.
Set find_set(const std::vector<Question>& questions, const std::vector<std::string>& words);

}  // namespace countersign::questionnaires
