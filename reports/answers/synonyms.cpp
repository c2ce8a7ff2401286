#include "reports/answers/synonyms.h"

#include "reports/answers/built_in.h"
#include "reports/answers/toml_document.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace countersign::answers {
namespace {

using base::Code;
using base::fail;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string joined(const std::vector<std::string>& stems, std::size_t from, std::size_t count) {
  std::string out;
  for (std::size_t i = from; i < from + count; ++i) {
    if (i > from) out += ' ';
    out += stems[i];
  }
  return out;
}

std::vector<std::string> stems_of(std::string_view text) {
  auto out = words_of(text);
  for (auto& word : out) word = stem_of(word);
  return out;
}

}  // namespace

base::Result<Synonyms> Synonyms::read(const std::string& file, std::string_view toml) {
  TRY_ASSIGN(const auto document, read_toml(file, toml));
  const auto wrong = [&](const std::string& path, std::string_view what) {
    return fail(Code::invalid_argument, fmt::format("{}:{}: {}", file, document.line_of(path), what));
  };
  for (const auto& [key, value] : document.value) {
    if (key != "neutral" && key != "scopes" && key != "light" && key != "concepts")
      return wrong(std::string(key), "known are concepts, light, neutral and scopes");
  }
  Synonyms out;
  const auto* neutral = document.value.if_contains("neutral");
  if (neutral == nullptr || !neutral->is_string())
    return wrong("neutral", "'neutral' must be a text of words");
  for (auto& stem : stems_of(neutral->get_string())) out.neutral_.insert(std::move(stem));
  const auto* concepts = document.value.if_contains("concepts");
  if (concepts == nullptr || !concepts->is_object()) return wrong("concepts", "'concepts' must be a table");
  for (const auto& [key, value] : concepts->get_object()) {
    const std::string name(key);
    const auto path = "concepts." + name;
    if (!is_name(name) || !value.is_array())
      return wrong(path, "a concept must be a list of phrases under a name of a-z, 0-9 and _");
    out.names_.insert(name);
    for (const auto& phrase : value.get_array()) {
      const std::string_view spelled = phrase.is_string() ? std::string_view(phrase.get_string()) : "";
      const bool exact = spelled.starts_with('=');
      const auto stems = exact ? words_of(spelled) : stems_of(spelled);
      if (stems.empty()) return wrong(path, "a phrase must be a text of words");
      const auto text = (exact ? "=" : "") + joined(stems, 0, stems.size());
      const auto [at, fresh] =
          out.phrases_[exact ? stem_of(stems.front()) : stems.front()].emplace(text, name);
      if (!fresh && at->second != name)
        return wrong(path, fmt::format("'{}' is a phrase of {}, too", text, at->second));
      out.longest_ = std::max(out.longest_, stems.size());
    }
  }
  const auto read_names = [&](const std::string& member,
                              std::set<std::string, std::less<>>& to) -> base::Result<void> {
    const auto* list = document.value.if_contains(member);
    if (list == nullptr || !list->is_array())
      return wrong(member, fmt::format("'{}' must be a list of concepts", member));
    for (const auto& one : list->get_array()) {
      if (!one.is_string() || !out.names_.contains(std::string_view(one.get_string())))
        return wrong(member, fmt::format("'{}' must be a list of concepts", member));
      to.emplace(one.get_string());
    }
    return {};
  };
  TRY(read_names("scopes", out.scopes_));
  TRY(read_names("light", out.light_));
  return out;
}

const Synonyms& Synonyms::built_in() {
  static const Synonyms kBuiltIn = [] {
    auto read = Synonyms::read("reports/answers/synonyms.toml", built_in_synonyms());
    if (!read) throw std::runtime_error(read.error().message);
    return std::move(*read);
  }();
  return kBuiltIn;
}

std::optional<Synonyms::Found> Synonyms::find(const std::vector<std::string>& words,
                                              const std::vector<std::string>& stems, std::size_t from) const {
  const auto phrases = phrases_.find(stems[from]);
  if (phrases == phrases_.end()) return std::nullopt;
  for (auto count = std::min(longest_, stems.size() - from); count > 0; --count) {
    auto found = phrases->second.find("=" + joined(words, from, count));
    if (found == phrases->second.end()) found = phrases->second.find(joined(stems, from, count));
    if (found != phrases->second.end()) return Found{found->second, count};
  }
  return std::nullopt;
}

}  // namespace countersign::answers
