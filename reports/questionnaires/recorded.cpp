#include "reports/questionnaires/recorded.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/tree/merkle.h"
#include "reports/questionnaires/members.h"

#include <boost/json/array.hpp>

#include <utility>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

/// The perfect subtrees of some leaves, level by level.
class Levels {
 public:
  explicit Levels(const std::vector<base::Digest>& leaves) : levels_{leaves} {
    while (levels_.back().size() > 1) {
      const auto& below = levels_.back();
      std::vector<base::Digest> above;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2)
        above.push_back(tree::node_hash(below[i], below[i + 1]));
      levels_.push_back(std::move(above));
    }
  }

  tree::NodeSource source() const {
    return [this](unsigned level, std::uint64_t index) -> base::Result<base::Digest> {
      return levels_.at(level).at(index);
    };
  }

 private:
  std::vector<std::vector<base::Digest>> levels_;
};

}  // namespace

json::object recorded_answer(const Question& question, const Approval& approval) {
  return {{"number", static_cast<std::int64_t>(question.number)},
          {"id", question.id},
          {"question", question.text},
          {"value", std::string(to_string(approval.value))},
          {"text", approval.text},
          {"citations", texts_of(citation_lines(approval))},
          {"cites", texts_of(approval.cites)},
          {"facts", approval.used.to_json()},
          {"library", approval.answer},
          {"approved", base::format_rfc3339(approval.at)}};
}

base::Digest leaf_of(const json::object& recorded) { return tree::leaf_hash(base::to_indented(recorded)); }

base::Digest root_of(const std::vector<base::Digest>& leaves) {
  tree::CompactRange range;
  for (const auto& leaf : leaves) range.append(leaf);
  return range.root();
}

base::Result<std::vector<ApprovedPlace>> places_of(const std::vector<base::Digest>& leaves) {
  const Levels levels(leaves);
  const auto root = root_of(leaves);
  std::vector<ApprovedPlace> out;
  for (std::uint64_t i = 0; i < leaves.size(); ++i) {
    TRY_ASSIGN(auto path, tree::inclusion_path(i, leaves.size(), levels.source()));
    out.push_back({root, i, leaves.size(), std::move(path)});
  }
  return out;
}

json::object to_json(const ApprovedPlace& place) {
  json::array path;
  for (const auto& hash : place.path) path.emplace_back(base::to_base64(hash.view()));
  return {{"root", base::to_base64(place.root.view())},
          {"index", static_cast<std::int64_t>(place.index)},
          {"size", static_cast<std::int64_t>(place.size)},
          {"path", std::move(path)}};
}

base::Result<ApprovedPlace> place_from(const json::object& object) {
  Members members(object);
  ApprovedPlace out;
  const auto root = base::digest_from_base64(members.text("root"));
  out.index = members.number("index");
  out.size = members.number("size");
  bool good = root.has_value();
  for (const auto& text : members.texts("path")) {
    const auto hash = base::digest_from_base64(text);
    good = good && hash;
    if (hash) out.path.push_back(*hash);
  }
  if (!good || !members.good())
    return base::fail(base::Code::data_loss, "where an approved answer stands cannot be read");
  out.root = *root;
  return out;
}

}  // namespace countersign::questionnaires
