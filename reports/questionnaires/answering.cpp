#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/questionnaires/store.h"
#include "reports/questionnaires/stored_json.h"
#include "reports/questionnaires/words.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kTextBytesMax = 8'000;
constexpr std::size_t kCitesMax = 50;

answers::Question asked(const Question& question, const Entry& entry) {
  return {question.text, question.section, question.id, entry.set.name, entry.set.version, question.choices};
}

base::Result<void> check(const Wish::Own& own, const answers::Facts& facts, std::uint32_t number) {
  const auto wrong = [&](std::string_view what) {
    return fail(Code::invalid_argument, fmt::format("question {}: {}", number, what));
  };
  if (own.text.size() > kTextBytesMax) return wrong("a text has 8,000 bytes at most");
  if (trimmed(own.text).empty() && own.value == answers::Value::text)
    return wrong("an answer in words has words");
  if (own.cites.size() > kCitesMax) return wrong("an answer cites 50 things at most");
  for (const auto& cite : own.cites) {
    const bool known =
        std::ranges::any_of(facts.all(), [&](const auto& fact) { return fact.second.cites == cite; });
    if (!known) return wrong("cites something that nothing is known of");
  }
  return {};
}

Approval in_own_words(const Wish::Own& own, const answers::Facts& facts) {
  Approval out;
  out.value = own.value;
  out.text = std::string(trimmed(own.text));
  out.cites = own.cites;
  std::ranges::sort(out.cites);
  out.used = facts_of(out.cites, facts);
  return out;
}

}  // namespace

base::Result<std::vector<Asked>> Store::ask(std::string_view id, std::uint32_t from, std::size_t most,
                                            const answers::Facts& facts) {
  TRY_ASSIGN(const auto entry, find(id));
  TRY_ASSIGN(auto questions, book_.questions(id));
  TRY_ASSIGN(auto standings, book_.answers(id));
  TRY_ASSIGN(auto* finder, matcher());
  std::vector<Asked> out;
  for (auto& question : questions) {
    if (question.number < from) continue;
    if (out.size() == most) break;
    Asked one;
    TRY_ASSIGN(one.match, finder->match(asked(question, entry)));
    if (one.match.chosen)
      one.proposal =
          answers::propose(*library_->find(*one.match.chosen), facts, one.match.asked, one.match.form);
    if (const auto found = standings.find(question.number); found != standings.end())
      one.answer = std::move(found->second);
    one.question = std::move(question);
    out.push_back(std::move(one));
  }
  return out;
}

base::Result<Count> Store::count(std::string_view id) {
  TRY(settle());
  return book_.count(id);
}

base::Result<Approval> Store::approval_for(const Wish& wish, const Question& question, const Entry& entry,
                                           const answers::Facts& facts) {
  if (wish.own) {
    TRY(questionnaires::check(*wish.own, facts, question.number));
    return in_own_words(*wish.own, facts);
  }
  TRY_ASSIGN(auto* finder, matcher());
  TRY_ASSIGN(const auto match, finder->match(asked(question, entry)));
  const auto chosen = wish.answer ? wish.answer : match.chosen;
  if (!chosen)
    return fail(Code::failed_precondition,
                fmt::format("question {}: the library has no answer for it; choose one, or write it",
                            question.number));
  const auto* answer = library_->find(*chosen);
  if (answer == nullptr)
    return fail(Code::invalid_argument, fmt::format("question {}: there is no such answer", question.number));
  const auto proposal = answers::propose(*answer, facts, match.asked, match.form);
  if (!proposal.holds)
    return fail(Code::failed_precondition, fmt::format("question {}: the evidence does not show it: {}",
                                                       question.number, fmt::join(proposal.missing, "; ")));
  auto out = approval_of(*answer, proposal, facts);
  out.form = match.form;
  out.asked = match.asked;
  return out;
}

base::Result<void> Store::approve(std::string_view id, const std::vector<Wish>& wishes,
                                  const answers::Facts& facts, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto entry, find(id));
  TRY_ASSIGN(const auto questions, book_.questions(id));
  std::map<std::uint32_t, Standing> made;
  for (const auto& wish : wishes) {
    if (wish.number == 0 || wish.number > questions.size())
      return fail(Code::invalid_argument, "there is no question of one of the numbers");
    Standing standing;
    TRY_ASSIGN(standing.approval, approval_for(wish, questions[wish.number - 1], entry, facts));
    standing.approval.tenant = entry.tenant;
    standing.approval.by = by.name;
    standing.approval.at = standing.since = options_.clock();
    if (!made.emplace(wish.number, std::move(standing)).second)
      return fail(Code::invalid_argument, fmt::format("question {} is answered twice", wish.number));
  }
  if (made.empty()) return fail(Code::invalid_argument, "nothing is approved");
  TRY_ASSIGN(auto transaction, book_.begin());
  json::array documents;
  for (const auto& [number, standing] : made) {
    TRY(book_.put(id, number, standing));
    documents.push_back(json::object{{"number", number}, {"approval", to_json(standing.approval)}});
  }
  const auto context =
      fmt::format("answers={} first={} last={} sha256={}", made.size(), made.begin()->first,
                  made.rbegin()->first, base::to_hex(crypto::sha256(json::serialize(documents)).view()));
  return end(std::move(transaction),
             {event("answer.approved", "approve answers", "questionnaire/" + entry.id, context, &by)});
}

base::Result<void> Store::take_back(std::string_view id, const std::set<std::uint32_t>& numbers,
                                    const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto entry, find(id));
  TRY_ASSIGN(const auto standings, book_.answers(id));
  for (const auto number : numbers) {
    if (!standings.contains(number))
      return fail(Code::not_found, fmt::format("question {} has no approved answer", number));
  }
  if (numbers.empty()) return fail(Code::invalid_argument, "no question is named");
  TRY_ASSIGN(auto transaction, book_.begin());
  for (const auto number : numbers) TRY(book_.remove(id, number));
  const auto context =
      fmt::format("answers={} first={} last={}", numbers.size(), *numbers.begin(), *numbers.rbegin());
  return end(std::move(transaction),
             {event("answer.withdrawn", "take answers back", "questionnaire/" + entry.id, context, &by)});
}

base::Result<Written> Store::write(std::string_view id, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto entry, find(id));
  TRY_ASSIGN(const auto standings, book_.answers(id));
  std::vector<Filled> answers;
  for (const auto& [number, standing] : standings) {
    if (!standing.stale.empty())
      return fail(Code::failed_precondition,
                  fmt::format("the answer to question {} is stale: {}; approve it anew or take it back",
                              number, standing.stale.front()));
    answers.push_back(
        {number, standing.approval.value, standing.approval.text, citation_lines(standing.approval)});
  }
  if (answers.empty()) return fail(Code::failed_precondition, "no answer is approved yet");
  TRY_ASSIGN(const auto bytes, original(entry));
  Questionnaire questionnaire;
  questionnaire.form = entry.form;
  questionnaire.sheets = entry.sheets;
  TRY_ASSIGN(questionnaire.questions, book_.questions(id));
  TRY_ASSIGN(auto out, write_answers(bytes, questionnaire, answers, options_.limits));
  TRY_ASSIGN(auto transaction, book_.begin());
  const auto context =
      fmt::format("sha256={} bytes={} answers={} left_out={}", base::to_hex(crypto::sha256(out.file).view()),
                  out.file.size(), answers.size(), out.left_out.size());
  TRY(end(std::move(transaction), {event("questionnaire.exported", "export questionnaire",
                                         "questionnaire/" + entry.id, context, &by)}));
  return out;
}

base::Result<std::map<std::string, std::set<std::string>>> Store::watched() {
  constexpr std::string_view kControl = "control:";
  std::map<std::string, std::set<std::string>> out;
  const auto add = [&](const Approval& approval) {
    auto& controls = out[approval.tenant];
    for (const auto& [name, fact] : approval.used.all()) {
      if (fact.cites.starts_with(kControl)) controls.insert(fact.cites.substr(kControl.size()));
    }
  };
  TRY_ASSIGN(const auto all, adopted());
  for (const auto& one : all) add(one.standing.approval);
  TRY_ASSIGN(const auto entries, book_.entries());
  for (const auto& entry : entries) {
    TRY_ASSIGN(const auto standings, book_.answers(entry.id));
    for (const auto& [number, standing] : standings) add(standing.approval);
  }
  return out;
}

base::Result<std::size_t> Store::judge(const std::string& tenant, const answers::Facts& facts) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto known, library());
  TRY_ASSIGN(auto all, adopted());
  TRY_ASSIGN(const auto entries, book_.entries());
  TRY_ASSIGN(auto transaction, book_.begin());
  std::vector<json::object> events;
  const auto changed = [&](Standing& standing, std::vector<std::string> why, const std::string& resource) {
    if (why == standing.stale) return false;
    // What is stale for another reason by now is no news.
    if (why.empty() != standing.stale.empty()) {
      standing.since = options_.clock();
      const std::string context =
          why.empty() ? "the evidence shows it again" : fmt::format("{}", fmt::join(why, "; "));
      events.push_back(
          event(why.empty() ? "answer.current" : "answer.stale", "judge answer", resource, context, nullptr));
    }
    standing.stale = std::move(why);
    return true;
  };
  for (auto& one : all) {
    if (one.standing.approval.tenant != tenant) continue;
    auto why = why_stale(one.standing.approval, *known, facts);
    if (one.review_by && *one.review_by < today())
      why.push_back("it was to be reviewed by " + *one.review_by);
    if (changed(one.standing, std::move(why), tenant + '/' + one.standing.approval.answer))
      TRY(book_.put(one));
  }
  for (const auto& entry : entries) {
    if (entry.tenant != tenant) continue;
    TRY_ASSIGN(auto standings, book_.answers(entry.id));
    for (auto& [number, standing] : standings) {
      if (changed(standing, why_stale(standing.approval, *known, facts),
                  fmt::format("questionnaire/{}/{}", entry.id, number)))
        TRY(book_.put(entry.id, number, standing));
    }
  }
  TRY(end(std::move(transaction), events));
  return events.size();
}

}  // namespace countersign::questionnaires
