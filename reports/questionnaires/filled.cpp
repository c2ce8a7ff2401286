#include "reports/questionnaires/filled.h"

namespace countersign::questionnaires {

std::string_view words_for(answers::Value value) {
  switch (value) {
    case answers::Value::yes:
      return "Yes";
    case answers::Value::no:
      return "No";
    case answers::Value::partial:
      return "Partially";
    case answers::Value::not_applicable:
      return "Not applicable";
    case answers::Value::text:
      break;
  }
  return {};
}

std::string comment_of(const Filled& filled) {
  auto out = filled.text;
  if (filled.citations.empty()) return out;
  if (!out.empty()) out += '\n';
  out += "Evidence:";
  for (const auto& citation : filled.citations) out += "\n- " + citation;
  return out;
}

}  // namespace countersign::questionnaires
