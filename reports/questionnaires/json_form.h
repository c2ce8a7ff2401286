#pragma once

#include "ledger/base/result.h"
#include "reports/questionnaires/filled.h"
#include "reports/questionnaires/question.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

/// How a JSON document holds its questions.
enum class JsonShape {
  vsaq,     ///< Google's VSAQ: blocks of items; may have comments. Answers are a document of their own
  catalog,  ///< an OSCAL catalog: each control is a question
  list,     ///< objects with a member `question` or of a like name, anywhere
};

struct JsonQuestions {
  JsonShape shape = JsonShape::list;
  std::string title;
  std::vector<Question> questions;
};

/// Reads the questions of a JSON document. invalid_argument for what is no JSON or holds no question.
base::Result<JsonQuestions> read_json(std::string_view text);

/// The document with answers: of VSAQ the answers that its page loads, `{"<item or choice>":"…"}`; of a
/// catalog a part `response` of each control; of a list the members `answer` and `comment`, or those that
/// stand there under a like name. `text` is what read_json() has read.
base::Result<Written> write_json(std::string_view text, const std::vector<Filled>& answers);

}  // namespace countersign::questionnaires
