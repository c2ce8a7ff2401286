#pragma once

#include "reports/answers/answer.h"
#include "reports/answers/fact_names.h"

#include <boost/json/object.hpp>

#include <functional>
#include <string>

namespace countersign::answers {

/// Says where a member stands, for a message: `claims[0].text` as it is, or as the line of a file.
using Place = std::function<std::string(const std::string& path)>;

/// How strict the reader is.
struct Reading {
  const FactNames& names;
  /// What an answer of the program must have beside the rest: what speaks for it (`must`), and something that
  /// each claim hangs on.
  bool of_program = false;
  /// Put before each path of a message, and given to `place`.
  std::string prefix = {};
  Place place = [](const std::string& path) { return path; };
};

/// Reads an answer as it stands in JSON, and in the TOML of the library:
///
///   {"id":"…","topic":"…","title":"…","asks":["…"],"keys":["caiq-4.1:IAM-13.1"],"form":"yes-no",
///    "must":["mfa","admin|privileged"],"may":["…"],"must_not":["…"],"figures":["12 months"],
///    "claims":[{"answer":"yes","text":"… {control.PRIVILEGED-MFA.items} …",
///               "needs":[{"fact":"control.PRIVILEGED-MFA.state","is":"passed"}],"cites":["report:standing"]}]}
///
/// invalid_argument says where and what is wrong: a member that is not known or not as it must be, a fact
/// that there cannot be, a placeholder that no need of its claim covers. A need covers a placeholder where it
/// is of that fact, or of the state of the same control or document. A text of somebody is not repeated.
base::Result<Answer> read_answer(const boost::json::object& object, const Reading& reading);

/// As read_answer() reads it; members that are empty are left out.
boost::json::object to_json(const Answer& answer);

}  // namespace countersign::answers
