#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::questionnaires {

/// What a column can be.
enum class Role { question, id, answer, comment, section, title };
inline constexpr std::size_t kRoles = 6;

/// How well a heading names a column of that role: 3 where it is one of the usual words for it, 2 where it
/// speaks of it, 1 where it may mean it, 0 otherwise. `heading` as plain() gives it.
int heading_score(Role role, std::string_view heading);

}  // namespace countersign::questionnaires
