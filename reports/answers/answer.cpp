#include "reports/answers/answer.h"

#include "reports/answers/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace countersign::answers {
namespace {

using base::Code;
using base::fail;

constexpr std::array<std::string_view, 5> kValues{"yes", "no", "partial", "not-applicable", "text"};
constexpr std::array<std::string_view, 3> kForms{"any", "yes-no", "open"};

/// What was looked at while claims were tried.
struct Seen {
  Facts used;
  std::set<std::string> unknown;
};

/// Facts, and what the question names, by name; takes down what is looked for.
class Known {
 public:
  Known(const Facts& facts, const Asked& asked, Seen& seen) : facts_(facts), asked_(asked), seen_(seen) {}

  const std::string* operator()(const std::string& name) const {
    if (name == kAskedSpan) return asked_.span.empty() ? nullptr : &asked_.span;
    if (name == kAskedCount) return asked_.count.empty() ? nullptr : &asked_.count;
    const auto* fact = facts_.find(name);
    if (fact == nullptr) {
      seen_.unknown.insert(name);
      return nullptr;
    }
    // It was checked when it was set.
    if (seen_.used.find(name) == nullptr) static_cast<void>(seen_.used.set(name, *fact));
    return &fact->value;
  }

 private:
  const Facts& facts_;
  const Asked& asked_;
  Seen& seen_;
};

/// The text with its facts in place; what is missing for it goes to `missing`.
std::string filled(std::string_view text, const Known& known, std::vector<std::string>& missing) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string name(text.substr(open + 1, close - open - 1));
    if (const auto* value = known(name)) {
      out += for_people(name, *value);
    } else {
      missing.push_back(what_is_missing({name, Condition::Test::known, {}}, nullptr));
    }
    text.remove_prefix(close + 1);
  }
  return out;
}

std::vector<std::string> cites_of(const Claim& claim, const Facts& facts,
                                  const std::vector<std::string>& in_text) {
  std::set<std::string> out(claim.cites.begin(), claim.cites.end());
  const auto add = [&](const std::string& name) {
    if (const auto* fact = facts.find(name)) out.insert(fact->cites);
  };
  for (const auto& need : claim.needs) add(need.fact);
  for (const auto& name : in_text) add(name);
  return {out.begin(), out.end()};
}

void add_new(std::vector<std::string>& to, std::vector<std::string> more) {
  for (auto& one : more) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
  }
}

}  // namespace

std::string_view to_string(Value value) { return kValues[static_cast<std::size_t>(value)]; }

std::optional<Value> value_of(std::string_view text) {
  const auto* found = std::find(kValues.begin(), kValues.end(), text);
  if (found == kValues.end()) return std::nullopt;
  return static_cast<Value>(found - kValues.begin());
}

std::string_view to_string(Form form) { return kForms[static_cast<std::size_t>(form)]; }

base::Result<std::vector<std::string>> placeholders(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const auto open = text.find_first_of("{}");
    if (open == std::string_view::npos) return out;
    const auto close = text.find_first_of("{}", open + 1);
    if (text[open] != '{' || close == std::string_view::npos || text[close] != '}')
      return fail(Code::invalid_argument, "a brace of it stands alone: facts are written {name}");
    out.emplace_back(text.substr(open + 1, close - open - 1));
    if (!is_fact_name(out.back()) && out.back() != kAskedSpan && out.back() != kAskedCount)
      return fail(Code::invalid_argument, "what stands in braces is no fact's name");
    text.remove_prefix(close + 1);
  }
}

Proposal propose(const Answer& answer, const Facts& facts, const Asked& asked, Form form) {
  Proposal out;
  Seen seen;
  const Known known(facts, asked, seen);
  for (std::size_t i = 0; i < answer.claims.size() && !out.holds; ++i) {
    const auto& claim = answer.claims[i];
    std::vector<std::string> missing;
    for (const auto& need : claim.needs) {
      const auto* value = known(need.fact);
      if (!holds(need, value, asked)) missing.push_back(what_is_missing(need, value));
    }
    auto text = filled(claim.text, known, missing);
    if (!missing.empty()) {
      // What the best claim lacks is what somebody would mend.
      if (i == 0) add_new(out.missing, std::move(missing));
      continue;
    }
    out.holds = true;
    out.claim = i;
    out.value = form == Form::open ? Value::text : claim.answer;
    out.text = std::move(text);
    out.cites = cites_of(claim, facts, placeholders(claim.text).value_or(std::vector<std::string>{}));
    out.missing.clear();
  }
  out.used = std::move(seen.used);
  out.unknown.assign(seen.unknown.begin(), seen.unknown.end());
  return out;
}

}  // namespace countersign::answers
