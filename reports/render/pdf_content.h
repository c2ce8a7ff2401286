#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace countersign::render::pdf {

/// Marks what a page's content draws outside of every element as an artifact (PDF 32000-1, 14.8.2.2): heads
/// and feet that are no part of what is read. `content` is the page's operators, not compressed. Nothing
/// where it is not understood: an inline image, or marks that are not closed.
std::optional<std::string> mark_artifacts(std::string_view content);

}  // namespace countersign::render::pdf
