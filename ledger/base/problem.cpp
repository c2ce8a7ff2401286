#include "ledger/base/problem.h"

#include "ledger/base/json.h"

#include <algorithm>
#include <array>

namespace countersign::base {

int http_status(Code code, Exhausted exhausted) {
  switch (code) {
    case Code::invalid_argument:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::already_exists:
    case Code::failed_precondition:
    case Code::aborted:
      return 409;
    case Code::resource_exhausted:
      return exhausted == Exhausted::disk ? 507 : 413;
    case Code::unavailable:
      return 503;
    case Code::data_loss:
    case Code::internal:
      return 500;
  }
  return 500;
}

std::string_view reason_phrase(int status) {
  struct Reason {
    int status;
    std::string_view phrase;
  };
  static constexpr std::array<Reason, 34> kReasons{{{200, "OK"},
                                                    {201, "Created"},
                                                    {202, "Accepted"},
                                                    {204, "No Content"},
                                                    {301, "Moved Permanently"},
                                                    {302, "Found"},
                                                    {303, "See Other"},
                                                    {304, "Not Modified"},
                                                    {307, "Temporary Redirect"},
                                                    {308, "Permanent Redirect"},
                                                    {400, "Bad Request"},
                                                    {401, "Unauthorized"},
                                                    {403, "Forbidden"},
                                                    {404, "Not Found"},
                                                    {405, "Method Not Allowed"},
                                                    {406, "Not Acceptable"},
                                                    {408, "Request Timeout"},
                                                    {409, "Conflict"},
                                                    {410, "Gone"},
                                                    {411, "Length Required"},
                                                    {412, "Precondition Failed"},
                                                    {413, "Content Too Large"},
                                                    {414, "URI Too Long"},
                                                    {415, "Unsupported Media Type"},
                                                    {417, "Expectation Failed"},
                                                    {421, "Misdirected Request"},
                                                    {422, "Unprocessable Content"},
                                                    {429, "Too Many Requests"},
                                                    {431, "Request Header Fields Too Large"},
                                                    {500, "Internal Server Error"},
                                                    {501, "Not Implemented"},
                                                    {503, "Service Unavailable"},
                                                    {505, "HTTP Version Not Supported"},
                                                    {507, "Insufficient Storage"}}};
  const auto found = std::find_if(kReasons.begin(), kReasons.end(),
                                  [&](const auto& reason) { return reason.status == status; });
  return found == kReasons.end() ? "Unknown" : found->phrase;
}

Problem problem_of(const Error& error, Exhausted exhausted) {
  return {http_status(error.code, exhausted), "about:blank", error.message};
}

std::string to_json(const Problem& problem, std::string_view extensions) {
  std::string out = "{\"type\":";
  append_json_string(out, problem.type);
  out += ",\"title\":";
  append_json_string(out, reason_phrase(problem.status));
  out += ",\"status\":" + std::to_string(problem.status);
  if (!problem.detail.empty()) {
    out += ",\"detail\":";
    append_json_string(out, problem.detail);
  }
  if (!extensions.empty()) out.append(",").append(extensions);
  return out + "}";
}

}  // namespace countersign::base
