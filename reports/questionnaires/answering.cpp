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
  std::vector<base::Digest> leaves;
  leaves.reserve(made.size());
  for (const auto& [number, standing] : made)
    leaves.push_back(leaf_of(recorded_answer(questions[number - 1], standing.approval)));
  TRY_ASSIGN(auto places, places_of(leaves));
  TRY_ASSIGN(auto transaction, book_.begin());
  auto place = places.begin();
  for (auto& [number, standing] : made) {
    standing.place = std::move(*place++);
    TRY(book_.put(id, number, standing));
  }
  const auto context = fmt::format("answers={} first={} last={} root={}", made.size(), made.begin()->first,
                                   made.rbegin()->first, base::to_hex(root_of(leaves).view()));
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

base::Result<Exported> Store::write(std::string_view id, const answers::Facts& facts, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  Exported out;
  TRY_ASSIGN(out.entry, find(id));
  TRY_ASSIGN(auto standings, book_.answers(id));
  TRY_ASSIGN(const auto known, library());
  Questionnaire questionnaire;
  questionnaire.form = out.entry.form;
  questionnaire.sheets = out.entry.sheets;
  TRY_ASSIGN(questionnaire.questions, book_.questions(id));
  std::vector<Filled> answers;
  std::vector<base::Digest> leaves;
  for (auto& [number, standing] : standings) {
    const auto& approval = standing.approval;
    if (number == 0 || number > questionnaire.questions.size())
      return fail(Code::data_loss, fmt::format("there is no question {} for an approved answer", number));
    auto stale = std::move(standing.stale);
    if (stale.empty()) stale = why_stale(approval, *known, facts);
    if (!stale.empty())
      return fail(Code::failed_precondition,
                  fmt::format("the answer to question {} is stale: {}; approve it anew or take it back",
                              number, stale.front()));
    answers.push_back({number, approval.value, approval.text, citation_lines(approval)});
    out.answers.push_back(recorded_answer(questionnaire.questions[number - 1], approval));
    leaves.push_back(leaf_of(out.answers.back()));
    out.places.push_back(std::move(standing.place));
    const auto cited = facts_of(approval.cites, facts);
    for (const auto& [name, fact] : cited.all()) TRY(out.facts.set(name, fact));
  }
  if (answers.empty()) return fail(Code::failed_precondition, "no answer is approved yet");
  TRY_ASSIGN(const auto bytes, original(out.entry));
  TRY_ASSIGN(out.written, write_answers(bytes, questionnaire, answers, options_.limits));
  out.sha256 = crypto::sha256(out.written.file);
  out.root = root_of(leaves);
  TRY_ASSIGN(auto transaction, book_.begin());
  const auto context = fmt::format("sha256={} bytes={} answers={} left_out={} root={} facts={}",
                                   base::to_hex(out.sha256.view()), out.written.file.size(), answers.size(),
                                   out.written.left_out.size(), base::to_hex(out.root.view()),
                                   base::to_hex(out.facts.digest().view()));
  TRY(end(std::move(transaction), {event("questionnaire.exported", "export questionnaire",
                                         "questionnaire/" + out.entry.id, context, &by)}));
  return out;
}

}  // namespace countersign::questionnaires
