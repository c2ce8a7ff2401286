#include "reports/answers/synonyms.h"

#include "reports/answers/built_in.h"
#include "reports/answers/toml_document.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
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

std::vector<std::string> stems_of(std::string_view text) {
  auto out = words_of(text);
  for (auto& word : out) word = stem_of(word);
  return out;
}

/// What a phrase's words are shown by: as they stand, where it begins with `=`, else by their stems.
constexpr char kAsItStands = '=';

std::vector<std::string> names_in(std::string_view joined) {
  std::vector<std::string> out;
  while (true) {
    const auto plus = joined.find('+');
    out.emplace_back(joined.substr(0, plus));
    if (plus == std::string_view::npos) return out;
    joined.remove_prefix(plus + 1);
  }
}

/// Reads lists of phrases from a TOML document, and says where a fault is.
class Reader {
 public:
  Reader(const std::string& file, const TomlDocument& document) : file_(file), document_(document) {}

  tl::unexpected<base::Error> wrong(const std::string& path, std::string_view what) const {
    return fail(Code::invalid_argument, fmt::format("{}:{}: {}", file_, document_.line_of(path), what));
  }

  base::Result<void> words(const std::string& member, std::set<std::string, std::less<>>& to,
                           bool stems) const {
    const auto* text = document_.value.if_contains(member);
    if (text == nullptr || !text->is_string())
      return wrong(member, fmt::format("'{}' must be a text of words", member));
    for (auto& word : stems ? stems_of(text->get_string()) : words_of(text->get_string()))
      to.insert(std::move(word));
    return {};
  }

  base::Result<void> names(const std::string& member, const std::set<std::string, std::less<>>& known,
                           std::set<std::string, std::less<>>& to) const {
    const auto* list = document_.value.if_contains(member);
    if (list == nullptr) return {};
    if (!list->is_array()) return wrong(member, fmt::format("'{}' must be a list of concepts", member));
    for (const auto& one : list->get_array()) {
      if (!one.is_string() || !known.contains(std::string_view(one.get_string())))
        return wrong(member, fmt::format("'{}' must be a list of concepts", member));
      to.emplace(one.get_string());
    }
    return {};
  }

  base::Result<void> members_known() const {
    constexpr std::array<std::string_view, 9> kKnown{"between", "combined", "concepts", "elsewhere", "light",
                                                     "near",    "neutral",  "scopes",   "settings"};
    for (const auto& [key, value] : document_.value) {
      if (std::find(kKnown.begin(), kKnown.end(), std::string_view(key)) == kKnown.end())
        return wrong(std::string(key), fmt::format("known are {}", fmt::join(kKnown, ", ")));
    }
    return {};
  }

  /// Calls `add` with each phrase of a table, and its key.
  template <class Add>
  base::Result<void> phrases(const std::string& table, const Add& add) const {
    const auto* all = document_.value.if_contains(table);
    if (all == nullptr || !all->is_object()) return wrong(table, fmt::format("'{}' must be a table", table));
    for (const auto& [key, value] : all->get_object()) {
      const std::string name(key);
      const auto path = fmt::format("{}.{}", table, name);
      if (!value.is_array()) return wrong(path, "a concept must be a list of phrases under a name");
      for (const auto& phrase : value.get_array()) {
        const auto added = add(name, phrase.is_string() ? std::string_view(phrase.get_string()) : "");
        if (!added) return wrong(path, added.error().message);
      }
    }
    return {};
  }

 private:
  const std::string& file_;
  const TomlDocument& document_;
};

}  // namespace

/// Without the words of `between`, but for the first and the last.
std::string Synonyms::joined(const std::vector<std::string>& words, const std::vector<std::string>& shown,
                             std::size_t from, std::size_t count) const {
  std::string out = shown[from];
  for (std::size_t i = from + 1; i < from + count; ++i) {
    if (i + 1 == from + count || !between_.contains(words[i])) out += ' ' + shown[i];
  }
  return out;
}

base::Result<void> Synonyms::add(std::string_view phrase, const std::vector<std::string>& concepts) {
  const bool exact = phrase.starts_with(kAsItStands);
  const auto words = words_of(phrase);
  const auto stems = stems_of(phrase);
  if (stems.empty()) return fail(Code::invalid_argument, "a phrase must be a text of words");
  const auto text =
      exact ? kAsItStands + joined(words, words, 0, words.size()) : joined(words, stems, 0, words.size());
  const auto [at, fresh] = phrases_[stems.front()].emplace(text, concepts);
  if (!fresh && at->second != concepts)
    return fail(Code::invalid_argument,
                fmt::format("'{}' is a phrase of {}, too", text, fmt::join(at->second, "+")));
  longest_ = std::max(longest_, stems.size());
  return {};
}

base::Result<Synonyms> Synonyms::read(const std::string& file, std::string_view toml) {
  TRY_ASSIGN(const auto document, read_toml(file, toml));
  const Reader reader(file, document);
  TRY(reader.members_known());
  Synonyms out;
  TRY(reader.words("neutral", out.neutral_, true));
  if (document.value.contains("between")) TRY(reader.words("between", out.between_, false));
  const auto add = [&](const std::string& name, std::string_view phrase) -> base::Result<void> {
    if (!is_name(name))
      return fail(Code::invalid_argument,
                  "a concept must be a list of phrases under a name of a-z, 0-9 and _");
    out.names_.insert(name);
    return out.add(phrase, {name});
  };
  TRY(reader.phrases("concepts", add));
  const auto add_combined = [&](const std::string& name, std::string_view phrase) -> base::Result<void> {
    const auto names = names_in(name);
    for (const auto& one : names) {
      if (!out.is_concept(one)) return fail(Code::invalid_argument, "names of concepts, with + between them");
    }
    return out.add(phrase, names);
  };
  if (document.value.contains("combined")) TRY(reader.phrases("combined", add_combined));
  TRY(reader.names("scopes", out.names_, out.scopes_));
  TRY(reader.names("light", out.names_, out.light_));
  TRY(reader.names("near", out.names_, out.near_));
  TRY(reader.names("settings", out.names_, out.settings_));
  TRY(reader.names("elsewhere", out.names_, out.elsewhere_));
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
  std::optional<Found> out;
  std::size_t counted = 0;
  for (auto end = from; end < stems.size() && counted < longest_; ++end) {
    counted += between_.contains(words[end]) ? 0 : 1;
    const auto taken = end + 1 - from;
    auto found = phrases->second.find(kAsItStands + joined(words, words, from, taken));
    if (found == phrases->second.end()) found = phrases->second.find(joined(words, stems, from, taken));
    if (found != phrases->second.end()) out = Found{&found->second, taken};
  }
  return out;
}

}  // namespace countersign::answers
