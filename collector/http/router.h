#pragma once

#include "collector/http/server.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::http {

/// One method of one path.
struct Route {
  std::string method;
  /// `/v1/events`, or with whole segments that vary: `/v1/logs/{log}`. A varying segment is never empty. The
  /// last one may stand for all that follows: `/v1/files/{path...}`, whose parameter `path` is left as it
  /// came.
  std::string pattern;
  /// Asked for each request. Empty: no body is accepted.
  std::function<std::uint64_t()> body_bytes_max;
  /// As Handler::admit, for this route only; may be empty.
  std::function<std::optional<Response>(const RequestHead&)> admit;
  std::function<void(Request, Respond)> handle;
};

/// Sends requests to the routes they name. An unknown path is answered 404, a known path with another method
/// 405 with Allow, before any body. A route for GET also serves HEAD. A fixed segment goes before a varying
/// one, and paths are compared as they are spelled: `/v1/%65vents` is not `/v1/events`.
class Router {
 public:
  /// Before handler(). Two routes of the same method and pattern are a programmer's error.
  void add(Route route);

  /// Method and pattern of each route, in the order in which they were added.
  std::vector<std::pair<std::string, std::string>> patterns() const;

  /// The table as the server wants it; it shares the routes, so the Router may go. Thread-safe as far as the
  /// routes' own functions are.
  Handler handler() const;

 private:
  struct Table;
  std::vector<Route> routes_;
};

}  // namespace countersign::http
