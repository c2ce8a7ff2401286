#include "reports/answers/read_answer.h"

#include "ledger/base/span.h"
#include "ledger/tree/text_rules.h"
#include "reports/answers/condition.h"
#include "reports/answers/members.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace countersign::answers {
namespace {

using Test = Condition::Test;

constexpr std::size_t kTitleBytesMax = 200;
constexpr std::size_t kAskBytesMax = 500;
constexpr std::size_t kTextBytesMax = 4000;
constexpr std::size_t kListMax = 64;
constexpr std::size_t kClaimsMax = 8;
constexpr std::array<Test, 8> kTests{Test::is,    Test::is_not,   Test::at_least, Test::at_most,
                                     Test::below, Test::includes, Test::excludes, Test::known};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

/// `caiq-4.1:A&A-01.1`
bool is_key(std::string_view text) {
  const auto colon = text.find(':');
  return colon != 0 && colon < text.size() - 1 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// A bound of a need.
bool is_figure(const std::string& text) {
  return tree::parse_decimal(text, INT64_MAX).has_value() || base::parse_span(text).has_value();
}

bool is_asked(std::string_view name) { return name == kAskedSpan || name == kAskedCount; }

std::string without_member(std::string_view fact) { return std::string(fact.substr(0, fact.rfind('.') + 1)); }

/// Whether a claim that has this need can show this fact.
bool covers(const Condition& need, const std::string& shown) {
  if (need.fact == shown) return true;
  if (is_asked(shown)) return std::find(need.values.begin(), need.values.end(), shown) != need.values.end();
  const bool of_one = shown.starts_with("control.") || shown.starts_with("document.");
  return of_one && need.fact == without_member(shown) + "state";
}

Condition read_need(Members& in, const Reading& reading) {
  Condition out;
  out.fact = in.need_text("fact", 160);
  if (!is_asked(out.fact)) {
    if (const auto why = reading.names.why_not(out.fact); !why.empty()) in.wrong("fact", why);
  }
  std::set<std::string_view> known{"fact"};
  std::size_t tests = 0;
  for (const auto test : kTests) {
    known.insert(to_string(test));
    if (!in.has(to_string(test))) continue;
    out.test = test;
    ++tests;
    if (test == Test::known) {
      if (!in.is_true("known")) in.wrong("known", "it must be true, or be left out");
      continue;
    }
    out.values = in.text_or_texts(to_string(test), kListMax, kAskBytesMax);
    const bool compares = test == Test::at_least || test == Test::at_most || test == Test::below;
    for (const auto& value : out.values) {
      if (compares && !is_asked(value) && !is_figure(value))
        in.wrong(to_string(test),
                 "it must be a whole number, a length of time such as 12 months, asked.span or asked.count");
    }
  }
  if (tests != 1)
    in.wrong("", "it must have one of is, is_not, at_least, at_most, below, includes, excludes, known");
  in.only(known);
  return out;
}

void check_text(Members& in, const Claim& claim) {
  const auto shown = placeholders(claim.text);
  if (!shown) return in.wrong("text", shown.error().message);
  for (const auto& name : *shown) {
    if (std::none_of(claim.needs.begin(), claim.needs.end(),
                     [&](const auto& need) { return covers(need, name); }))
      in.wrong("text", fmt::format("it shows {{{}}}, which none of its needs covers", name));
  }
}

Claim read_claim(Members& in, const Reading& reading) {
  in.only({"answer", "text", "needs", "cites"});
  Claim out;
  const auto value = value_of(in.need_text("answer", 32));
  if (!value) in.wrong("answer", "it must be yes, no, partial, not-applicable or text");
  out.answer = value.value_or(Value::text);
  out.text = in.need_text("text", kTextBytesMax);
  in.each("needs", kListMax, [&](Members& need) { out.needs.push_back(read_need(need, reading)); });
  if (reading.of_program && out.needs.empty())
    in.wrong("needs", "a claim must hang on something that is known");
  out.cites = in.texts("cites", kListMax, 160);
  if (!std::all_of(out.cites.begin(), out.cites.end(), is_citation))
    in.wrong("cites", "it must hold texts such as control:PRIVILEGED-MFA or report:standing");
  check_text(in, out);
  return out;
}

/// Groups of `must`, and words of `may` and `must_not`.
std::vector<std::string> read_words(Members& in, std::string_view name, bool groups) {
  auto out = in.texts(name, kListMax, kAskBytesMax);
  const auto fits = [&](const std::string& word) {
    return std::all_of(word.begin(), word.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (groups && c == '|');
    });
  };
  if (!std::all_of(out.begin(), out.end(), fits))
    in.wrong(name, groups
                       ? "it must hold concepts and words of a-z, 0-9 and _, with | between those of a group"
                       : "it must hold concepts and words of a-z, 0-9 and _");
  return out;
}

Form read_form(Members& in) {
  if (!in.has("form")) return Form::any;
  const auto text = in.need_text("form", 16);
  for (const auto form : {Form::any, Form::yes_no, Form::open}) {
    if (text == to_string(form)) return form;
  }
  in.wrong("form", "it must be any, yes-no or open");
  return Form::any;
}

boost::json::array as_array(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const auto& one : texts) out.emplace_back(one);
  return out;
}

boost::json::object to_json(const Condition& need) {
  boost::json::object out{{"fact", need.fact}};
  if (need.test == Test::known) {
    out["known"] = true;
  } else if (need.values.size() == 1) {
    out[to_string(need.test)] = need.values.front();
  } else {
    out[to_string(need.test)] = as_array(need.values);
  }
  return out;
}

boost::json::object to_json(const Claim& claim) {
  boost::json::object out{{"answer", to_string(claim.answer)}, {"text", claim.text}};
  boost::json::array needs;
  for (const auto& need : claim.needs) needs.push_back(to_json(need));
  if (!needs.empty()) out["needs"] = std::move(needs);
  if (!claim.cites.empty()) out["cites"] = as_array(claim.cites);
  return out;
}

}  // namespace

base::Result<Answer> read_answer(const boost::json::object& object, const Reading& reading) {
  Faults faults(reading.place, reading.of_program);
  Members in(object, reading.prefix, faults);
  in.only({"id", "topic", "title", "asks", "keys", "form", "must", "may", "must_not", "figures", "part",
           "exact", "claims"});
  Answer out;
  out.own = !reading.of_program;
  out.id = in.need_text("id", 64);
  if (!is_id(out.id)) in.wrong("id", "it must be 1 to 64 of a-z, 0-9 and -, and begin with a letter");
  out.topic = in.need_text("topic", 64);
  if (!is_id(out.topic)) in.wrong("topic", "it must be 1 to 64 of a-z, 0-9 and -, and begin with a letter");
  out.title = in.need_text("title", kTitleBytesMax);
  out.asks = in.texts("asks", kListMax, kAskBytesMax);
  if (out.asks.empty()) in.wrong("asks", "it must hold at least one way to ask it");
  out.keys = in.texts("keys", kListMax, 128);
  if (!std::all_of(out.keys.begin(), out.keys.end(), is_key))
    in.wrong("keys", "it must hold texts such as caiq-4.1:IAM-13.1");
  out.form = read_form(in);
  out.must = read_words(in, "must", true);
  if (reading.of_program && out.must.empty())
    in.wrong("must", "it must name what a question has to speak of");
  out.may = read_words(in, "may", false);
  out.must_not = read_words(in, "must_not", false);
  out.figures = in.texts("figures", kListMax, 32);
  if (!std::all_of(out.figures.begin(), out.figures.end(),
                   [](const auto& one) { return one == kAnyFigure || is_figure(one); }))
    in.wrong("figures", "it must hold whole numbers and lengths of time such as 12 months, or any");
  const auto read_flag = [&](std::string_view name) {
    const bool set = in.has(name);
    if (set && !in.is_true(name)) in.wrong(name, "it must be true, or be left out");
    return set;
  };
  out.part = read_flag("part");
  out.exact = read_flag("exact");
  in.each("claims", kClaimsMax, [&](Members& claim) { out.claims.push_back(read_claim(claim, reading)); });
  if (out.claims.empty()) in.wrong("claims", "it must hold at least one claim");
  if (faults.first()) return base::fail(*faults.first());
  return out;
}

boost::json::object to_json(const Answer& answer) {
  boost::json::object out{{"id", answer.id}, {"topic", answer.topic}, {"title", answer.title}};
  const auto add = [&](std::string_view name, const std::vector<std::string>& texts) {
    if (!texts.empty()) out[name] = as_array(texts);
  };
  add("asks", answer.asks);
  add("keys", answer.keys);
  if (answer.form != Form::any) out["form"] = to_string(answer.form);
  add("must", answer.must);
  add("may", answer.may);
  add("must_not", answer.must_not);
  add("figures", answer.figures);
  if (answer.part) out["part"] = true;
  if (answer.exact) out["exact"] = true;
  boost::json::array claims;
  for (const auto& claim : answer.claims) claims.push_back(to_json(claim));
  out["claims"] = std::move(claims);
  return out;
}

}  // namespace countersign::answers
