#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/answers/answer.h"
#include "reports/answers/library.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

/// An answer that a person has approved, with what was known when she did.
struct Approval {
  std::string tenant;  ///< whose evidence it goes by
  std::string answer;  ///< id in the library; empty where the words are the person's own
  answers::Value value = answers::Value::text;
  std::string text;
  std::size_t claim = 0;  ///< of the library's answer
  answers::Form form = answers::Form::any;
  answers::Asked asked;
  answers::Facts used;               ///< what it hangs on, as it was
  std::vector<std::string> unknown;  ///< facts that were looked for and not known
  std::vector<std::string> cites;    ///< sorted
  std::string by;                    ///< an account's id
  base::Timestamp at;
};

/// Why an approval no longer holds by what is known now, a sentence each; empty while it does: another claim
/// of the library's answer holds or none, a fact that is no count or time is another one or gone. Counts move
/// with each record, so they make nothing stale by themselves; a claim that needs a bound of one does. Pure.
std::vector<std::string> why_stale(const Approval& approval, const answers::Library& library,
                                   const answers::Facts& now);

/// What the approval cites, a line each for people: `control PRIVILEGED-MFA passed, 2026-10-29 to 2026-11-28,
/// 1,204 items`. By what was known when it was approved.
std::vector<std::string> citation_lines(const Approval& approval);

/// The facts that one of these cites (`control:PRIVILEGED-MFA`).
answers::Facts facts_of(const std::vector<std::string>& cites, const answers::Facts& facts);

/// What an answer of the library proposes by these facts, approved by nobody yet. With what it hangs on goes
/// what else is known of what it cites, such as the hash of a document: a reader wants to know which one it
/// was.
Approval approval_of(const answers::Answer& answer, const answers::Proposal& proposal,
                     const answers::Facts& facts);

inline bool has_own_words(const Approval& approval) { return approval.answer.empty(); }

boost::json::object to_json(const Approval& approval);
/// data_loss for what is none.
base::Result<Approval> approval_from(const boost::json::object& object);

}  // namespace countersign::questionnaires
