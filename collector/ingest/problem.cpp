#include "collector/ingest/problem.h"

#include "ledger/base/json.h"

namespace countersign::ingest {

int http_status(base::Code code, Exhausted exhausted) {
  switch (code) {
    case base::Code::invalid_argument:
      return 400;
    case base::Code::unauthenticated:
      return 401;
    case base::Code::permission_denied:
      return 403;
    case base::Code::not_found:
      return 404;
    case base::Code::already_exists:
    case base::Code::failed_precondition:
    case base::Code::aborted:
      return 409;
    case base::Code::resource_exhausted:
      return exhausted == Exhausted::disk ? 507 : 413;
    case base::Code::unavailable:
      return 503;
    case base::Code::data_loss:
    case base::Code::internal:
      return 500;
  }
  return 500;
}

std::string_view status_title(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

Problem problem_of(const base::Error& error, Exhausted exhausted) {
  return {http_status(error.code, exhausted), "about:blank", error.message};
}

std::string to_json(const Problem& problem, std::string_view extensions) {
  std::string out = "{\"type\":";
  base::append_json_string(out, problem.type);
  out += ",\"title\":";
  base::append_json_string(out, status_title(problem.status));
  out += ",\"status\":" + std::to_string(problem.status);
  if (!problem.detail.empty()) {
    out += ",\"detail\":";
    base::append_json_string(out, problem.detail);
  }
  if (!extensions.empty()) out.append(",").append(extensions);
  return out + "}";
}

}  // namespace countersign::ingest
