#include "reports/answers/facts.h"

#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/text_rules.h"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::answers {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kValueBytesMax = 4096;
constexpr std::size_t kNameBytesMax = 160;
constexpr std::size_t kFactsMax = 10'000;
constexpr std::array<std::string_view, 5> kSources{"control", "document", "policy", "figure", "report"};
constexpr std::array<std::string_view, 5> kNames{"control", "document", "policy", "figure", "report"};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

/// The part before the first `mark`, and what stands behind it.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool is_value(std::string_view text) {
  return text.size() <= kValueBytesMax && tree::is_note_text(text) &&
         text.find_first_of("\n\x7F") == std::string_view::npos;
}

}  // namespace

bool is_fact_name(std::string_view name) {
  if (name.size() > kNameBytesMax || !is_word(name)) return false;
  const auto [kind, rest] = cut(name, '.');
  if (std::find(kNames.begin(), kNames.end(), kind) == kNames.end()) return false;
  const auto [what, member] = cut(rest, '.');
  if (what.empty() || name.back() == '.') return false;
  if (kind == "control" || kind == "document") return !member.empty();
  return kind == "policy" || member.empty();
}

bool is_citation(std::string_view text) {
  const auto [kind, rest] = cut(text, ':');
  return std::find(kSources.begin(), kSources.end(), kind) != kSources.end() && is_word(rest);
}

base::Result<void> Facts::set(std::string name, Fact fact) {
  if (!is_fact_name(name))
    return fail(Code::invalid_argument,
                "a fact's name must be control.<ID>.<member>, document.<kind>.<member>, policy.<path>, "
                "figure.<name> or report.<member>");
  if (!is_value(fact.value))
    return fail(Code::invalid_argument,
                fmt::format("the value of '{}' must be at most {} bytes of UTF-8 without control characters",
                            name, kValueBytesMax));
  if (!is_citation(fact.cites))
    return fail(Code::invalid_argument,
                fmt::format("'cites' of '{}' must be control:, document:, policy:, figure: or report: with "
                            "what it names",
                            name));
  if (facts_.size() >= kFactsMax && !facts_.contains(name))
    return fail(Code::resource_exhausted, fmt::format("there may be at most {} facts", kFactsMax));
  facts_.insert_or_assign(std::move(name), std::move(fact));
  return {};
}

void Facts::erase(std::string_view name) {
  const auto found = facts_.find(name);
  if (found != facts_.end()) facts_.erase(found);
}

const Fact* Facts::find(std::string_view name) const {
  const auto found = facts_.find(name);
  return found == facts_.end() ? nullptr : &found->second;
}

boost::json::object Facts::to_json() const {
  boost::json::object out;
  for (const auto& [name, fact] : facts_)
    out[name] = {{"as_of", base::format_rfc3339(fact.as_of)}, {"cites", fact.cites}, {"value", fact.value}};
  return out;
}

base::Result<Facts> Facts::from_json(const boost::json::object& object) {
  Facts out;
  for (const auto& [key, value] : object) {
    const std::string name(key);
    if (!is_fact_name(name)) return fail(out.set(name, {}).error());
    const auto* members = value.if_object();
    const auto text = [&](std::string_view member) -> const boost::json::string* {
      const auto* found = members != nullptr ? members->if_contains(member) : nullptr;
      return found != nullptr ? found->if_string() : nullptr;
    };
    const auto* as_of = text("as_of");
    const auto* cites = text("cites");
    const auto* of_fact = text("value");
    if (as_of == nullptr || cites == nullptr || of_fact == nullptr || members->size() != 3)
      return fail(
          Code::invalid_argument,
          fmt::format("'{}' must be an object of the texts 'as_of', 'cites' and 'value' alone", name));
    const auto time = base::parse_rfc3339(*as_of);
    if (!time)
      return fail(Code::invalid_argument, fmt::format("'as_of' of '{}': {}", name, time.error().message));
    TRY(out.set(name, {std::string(*of_fact), std::string(*cites), *time}));
  }
  return out;
}

std::string Facts::canonical() const {
  std::string out = "{";
  for (const auto& [name, fact] : facts_) {
    if (out.size() > 1) out += ',';
    base::append_json_string(out, name);
    out += ":{\"as_of\":";
    base::append_json_string(out, base::format_rfc3339(fact.as_of));
    out += ",\"cites\":";
    base::append_json_string(out, fact.cites);
    out += ",\"value\":";
    base::append_json_string(out, fact.value);
    out += '}';
  }
  out += '}';
  return out;
}

base::Digest Facts::digest() const { return crypto::sha256(canonical()); }

}  // namespace countersign::answers
