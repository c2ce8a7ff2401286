#include "tests/reports/render/html_page.h"

#include <boost/json/parse.hpp>

#include <regex>
#include <set>
#include <utility>

namespace countersign::testing {
namespace {

const std::set<std::string, std::less<>> kVoid{"meta", "link", "br"};

std::string resolved(std::string text) {
  for (const auto& [reference, character] :
       {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}) {
    for (auto at = text.find(reference); at != std::string::npos; at = text.find(reference, at + 1))
      text.replace(at, std::string_view(reference).size(), character);
  }
  return text;
}

/// The attributes of a tag, each `name="value"` or `name`.
void read_attributes(std::string_view rest, Tag& tag, HtmlPage& page) {
  static const std::regex kAttribute("^\\s+([a-zA-Z][a-zA-Z0-9:-]*)(=\"([^\"<>]*)\")?");
  std::match_results<std::string_view::const_iterator> match;
  while (std::regex_search(rest.begin(), rest.end(), match, kAttribute)) {
    if (!tag.attributes.emplace(match[1].str(), resolved(match[3].str())).second)
      page.faults.push_back("twice in " + tag.name + ": " + match[1].str());
    rest.remove_prefix(static_cast<std::size_t>(match.length()));
  }
  if (!rest.empty()) page.faults.push_back("in " + tag.name + ": " + std::string(rest));
}

}  // namespace

HtmlPage take_apart(std::string_view html) {
  HtmlPage page;
  std::vector<std::string> open;
  std::string text;
  constexpr std::string_view kDoctype = "<!DOCTYPE html>";
  if (!html.starts_with(kDoctype)) page.faults.push_back("no doctype");
  html.remove_prefix(kDoctype.size());
  while (true) {
    const auto begin = html.find('<');
    (open.empty() || open.back() != "style" ? text : page.style) += html.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = html.find('>', begin);
    if (end == std::string_view::npos) {
      page.faults.push_back("a tag does not end");
      break;
    }
    auto inside = html.substr(begin + 1, end - begin - 1);
    html.remove_prefix(end + 1);
    const bool closed = inside.ends_with('/');
    if (closed) inside.remove_suffix(1);
    Tag tag;
    const auto name_end = inside.find_first_of(" \t\n");
    tag.name = std::string(inside.substr(0, name_end));
    if (name_end != std::string_view::npos) read_attributes(inside.substr(name_end), tag, page);
    if (tag.name.starts_with('/')) {
      if (open.empty() || "/" + open.back() != tag.name)
        page.faults.push_back(tag.name + " closes " + (open.empty() ? "nothing" : open.back()));
      else
        open.pop_back();
    } else if (!closed && !kVoid.contains(tag.name)) {
      open.push_back(tag.name);
    }
    page.tags.push_back(std::move(tag));
  }
  for (const auto& name : open) page.faults.push_back("not closed: " + name);
  page.text = resolved(std::move(text));
  return page;
}

bool is_clean_utf8(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) return false;
  }
  // A reader of JSON refuses what is no UTF-8.
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' || c == '\\' || c == '\n' || c == '\t' ? ' ' : c;
  boost::json::error_code failed;
  boost::json::parse(quoted + "\"", failed);
  return !failed;
}

}  // namespace countersign::testing
