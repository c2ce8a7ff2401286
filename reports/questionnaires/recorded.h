#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/proof.h"
#include "reports/questionnaires/approval.h"
#include "reports/questionnaires/question.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// What the ledger records of answers, so that whoever is given one can check that it is the one that was
/// approved: the root of a Merkle tree (RFC 6962 section 2.1) whose leaves are answers, spelled as
/// base::to_indented() spells recorded_answer(). Pure.
namespace countersign::questionnaires {

/// Where an answer stands among those that were approved at once.
struct ApprovedPlace {
  base::Digest root;
  std::uint64_t index = 0, size = 0;
  tree::Path path;
};

/// An answer with its question, what it says, cites and goes by, and when it was approved; members in a fixed
/// order.
boost::json::object recorded_answer(const Question& question, const Approval& approval);
/// The leaf of what recorded_answer() gives.
base::Digest leaf_of(const boost::json::object& recorded);

base::Digest root_of(const std::vector<base::Digest>& leaves);
/// The place of each leaf. Errors: none, unless there are more leaves than a tree has.
base::Result<std::vector<ApprovedPlace>> places_of(const std::vector<base::Digest>& leaves);

boost::json::object to_json(const ApprovedPlace& place);
/// data_loss for what is none.
base::Result<ApprovedPlace> place_from(const boost::json::object& object);

}  // namespace countersign::questionnaires
