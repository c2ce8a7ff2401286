#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A page of HTML taken apart, for tests: strictly, so that a tag which is not closed, or a text which broke
/// out of its place, is found.
namespace countersign::testing {

struct Tag {
  std::string name;  ///< `/p` for an end
  std::map<std::string, std::string> attributes;
};

struct HtmlPage {
  std::vector<Tag> tags;
  std::string text;                 ///< without tags, references resolved; what stands in `style` left out
  std::string style;                ///< what stands in `style`
  std::vector<std::string> faults;  ///< of form: what is not closed, not quoted, or written twice
};

HtmlPage take_apart(std::string_view html);

/// Whether the bytes are UTF-8, shortest forms only, without control characters but line feeds and tabs.
bool is_clean_utf8(std::string_view text);

}  // namespace countersign::testing
