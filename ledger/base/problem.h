#pragma once

#include "ledger/base/result.h"

#include <string>
#include <string_view>

namespace countersign::base {

inline constexpr std::string_view kProblemType = "application/problem+json";

/// What resource a resource_exhausted speaks of: the caller's request is too large, or our disk is full.
enum class Exhausted { request, disk };

/// The HTTP status (RFC 9110) of a failure: the one place where codes become statuses.
int http_status(Code code, Exhausted exhausted = Exhausted::request);

/// The reason phrase of an HTTP status (RFC 9110 section 15), or "Unknown".
std::string_view reason_phrase(int status);

/// An answer that says what went wrong: a problem document (RFC 9457). `detail` is one sentence without the
/// sender's values.
struct Problem {
  int status = 500;
  /// `about:blank`, or one of the types of docs/api.md, which need more than the status to be understood.
  std::string type = "about:blank";
  std::string detail;

  bool operator==(const Problem&) const = default;
};

Problem problem_of(const Error& error, Exhausted exhausted = Exhausted::request);

/// The document. `extensions` are members already written, such as `"results":[]`, or empty.
std::string to_json(const Problem& problem, std::string_view extensions = {});

}  // namespace countersign::base
