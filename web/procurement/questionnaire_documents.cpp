#include "web/procurement/questionnaire_documents.h"

#include "ledger/base/encoding.h"
#include "reports/answers/condition.h"
#include "reports/answers/read_answer.h"
#include "reports/questionnaires/stored_json.h"

#include <boost/json/array.hpp>

#include <cmath>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& from) { return json::array(from.begin(), from.end()); }

/// In thousandths: the last digits of a rank say nothing.
double rounded(double score) { return std::round(score * 1000) / 1000; }

json::object proposal_of(const answers::Proposal& proposal) {
  json::object out{{"holds", proposal.holds}};
  if (proposal.holds) {
    out["value"] = std::string(to_string(proposal.value));
    out["text"] = proposal.text;
    out["cites"] = texts(proposal.cites);
  } else {
    out["missing"] = texts(proposal.missing);
  }
  return out;
}

json::object standing_of(const questionnaires::Standing& standing) {
  const auto& approval = standing.approval;
  json::object out{{"value", std::string(to_string(approval.value))},
                   {"text", approval.text},
                   {"cites", texts(approval.cites)},
                   {"evidence", texts(questionnaires::citation_lines(approval))},
                   {"own_words", questionnaires::has_own_words(approval)},
                   {"approved_by", approval.by},
                   {"approved", base::format_rfc3339(approval.at)},
                   {"state", standing.stale.empty() ? "current" : "stale"},
                   {"since", base::format_rfc3339(standing.since)}};
  if (!approval.answer.empty()) out["answer"] = approval.answer;
  if (!standing.stale.empty()) out["stale"] = texts(standing.stale);
  return out;
}

json::object match_of(const answers::Match& match) {
  json::array candidates;
  for (const auto& one : match.candidates)
    candidates.push_back(json::object{
        {"answer", one.answer}, {"score", rounded(one.score)}, {"good", one.good}, {"why", texts(one.why)}});
  json::object out{
      {"reason", match.reason}, {"by_number", match.by_number}, {"candidates", std::move(candidates)}};
  if (match.chosen) out["answer"] = *match.chosen;
  return out;
}

}  // namespace

json::object document_of(const questionnaires::Entry& entry, const questionnaires::Count& count) {
  auto out = questionnaires::to_json(entry);
  out["questions"] = static_cast<std::int64_t>(count.questions);
  out["approved"] = static_cast<std::int64_t>(count.approved);
  out["stale"] = static_cast<std::int64_t>(count.stale);
  return out;
}

json::object document_of(const questionnaires::Asked& asked) {
  const auto& question = asked.question;
  json::object out{{"number", question.number}, {"text", question.text}, {"match", match_of(asked.match)}};
  for (const auto& [name, text] : {std::pair("id", &question.id),
                                   {"section", &question.section},
                                   {"answer", &question.answer},
                                   {"comment", &question.comment}}) {
    if (!text->empty()) out[name] = *text;
  }
  if (!question.choices.empty()) out["choices"] = texts(question.choices);
  if (question.hidden) out["hidden"] = true;
  if (!question.sheet.empty()) out["sheet"] = question.sheet;
  if (asked.proposal) out["proposal"] = proposal_of(*asked.proposal);
  if (asked.answer) out["approved"] = standing_of(*asked.answer);
  return out;
}

json::object document_of(const questionnaires::Adopted& adopted) {
  auto out = standing_of(adopted.standing);
  out["tenant"] = adopted.standing.approval.tenant;
  out["owner"] = adopted.owner;
  if (adopted.review_by) out["review_by"] = *adopted.review_by;
  return out;
}

json::object document_of(const answers::Answer& answer, const answers::Facts& facts) {
  auto out = answers::to_json(answer);
  out["own"] = answer.own;
  out["proposal"] = proposal_of(answers::propose(answer, facts));
  return out;
}

json::object preview_of(const answers::Answer& answer, const answers::Facts& facts) {
  json::array claims;
  for (const auto& claim : answer.claims) {
    json::array needs;
    bool all = true;
    for (const auto& need : claim.needs) {
      const auto* fact = facts.find(need.fact);
      const bool good = answers::holds(need, fact != nullptr ? &fact->value : nullptr, {});
      needs.emplace_back(good);
      all = all && good;
    }
    claims.emplace_back(json::object{{"holds", all}, {"needs", std::move(needs)}});
  }
  return {{"proposal", proposal_of(answers::propose(answer, facts))}, {"claims", std::move(claims)}};
}

}  // namespace countersign::procurement
