#include "reports/questionnaires/json_patch.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpace = " \t\r\n";

struct Member {
  std::size_t begin = 0, end = 0;  ///< of the value
};

/// An object of the text that is to be changed.
struct Place {
  std::size_t open = 0, close = 0;   ///< of its braces
  std::size_t last = 0;              ///< behind its last value, or behind its opening brace
  std::string colon = " ", between;  ///< white space behind its first colon, and in front of its last member
  std::map<std::string, Member> members;
};

/// Walks over a JSON text that is known to be one.
class Walk {
 public:
  Walk(std::string_view text, const std::map<std::size_t, JsonChange>& changes)
      : text_(text), changes_(changes) {
    value();
  }
  const std::map<std::size_t, Place>& places() const { return places_; }

 private:
  char next() {
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::string_view string() {
    const auto begin = at_++;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
    return text_.substr(begin, at_ - begin);
  }

  void value() {
    switch (next()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        string();
        return;
      default:
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
  }

  void array() {
    for (++at_; next() != ']' && at_ < text_.size();) {
      value();
      if (next() == ',') ++at_;
    }
    ++at_;
  }

  void object() {
    const auto number = count_++;
    const bool wanted = changes_.contains(number);
    Place place;
    place.open = at_++;
    place.last = at_;
    for (auto begin = at_; next() == '"'; begin = at_) {
      place.between = text_.substr(begin, at_ - begin);
      const auto name = string();
      next();
      const auto behind_colon = ++at_;
      next();
      if (place.members.empty()) place.colon = text_.substr(behind_colon, at_ - behind_colon);
      Member member{at_, 0};
      value();
      member.end = place.last = at_;
      if (wanted)
        place.members[std::string(json::parse(json::string_view(name.data(), name.size())).as_string())] =
            member;
      if (next() == ',') ++at_;
    }
    place.close = at_++;
    if (wanted) places_[number] = std::move(place);
  }

  const std::string_view text_;
  const std::map<std::size_t, JsonChange>& changes_;
  std::size_t at_ = 0, count_ = 0;
  std::map<std::size_t, Place> places_;
};

/// A piece of the text, and what stands there instead.
struct Replacement {
  std::size_t begin = 0, end = 0;
  std::string text;
};

/// Of an array that stands at a member: in front of its `]`.
Replacement appended(std::string_view text, const Member& array, const json::value& element) {
  const auto close = array.end - 1;
  const auto last = text.find_last_not_of(kSpace, close - 1);
  const bool empty = last == array.begin;
  return {last + 1, last + 1, (empty ? "" : ", ") + json::serialize(element)};
}

void change(std::string_view text, const Place& place, const JsonChange& wanted,
            std::vector<Replacement>& out) {
  std::string added;
  const auto add = [&](const std::string& name, const json::value& value) {
    const bool first = place.members.empty() && added.empty();
    added += (first ? "" : "," + place.between) + json::serialize(json::string(name)) + ':' + place.colon +
             json::serialize(value);
  };
  for (const auto& [name, value] : wanted.members) {
    const auto found = place.members.find(name);
    if (found == place.members.end()) {
      add(name, value);
    } else {
      out.push_back({found->second.begin, found->second.end, json::serialize(value)});
    }
  }
  for (const auto& [name, value] : wanted.elements) {
    const auto found = place.members.find(name);
    if (found == place.members.end()) {
      add(name, json::array{value});
    } else if (text[found->second.begin] == '[') {
      out.push_back(appended(text, found->second, value));
    } else {
      out.push_back({found->second.begin, found->second.end, json::serialize(json::array{value})});
    }
  }
  if (!added.empty()) out.push_back({place.last, place.last, std::move(added)});
}

}  // namespace

std::string patch_json(std::string_view text, const std::map<std::size_t, JsonChange>& changes) {
  const Walk walk(text, changes);
  std::vector<Replacement> replacements;
  for (const auto& [number, place] : walk.places()) change(text, place, changes.at(number), replacements);
  std::ranges::stable_sort(replacements, {}, &Replacement::begin);
  std::string out;
  std::size_t at = 0;
  for (const auto& one : replacements) {
    // An object within a value that was replaced is gone with it.
    if (one.begin < at) continue;
    out += text.substr(at, one.begin - at);
    out += one.text;
    at = one.end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace countersign::questionnaires
