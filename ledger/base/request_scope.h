#pragma once

#include <string>
#include <string_view>

namespace countersign::base {

/// While one lives, what its thread does is done for a request, and lines of the log name it. Scopes of a
/// thread nest; each thread has its own. Work that goes to another thread takes the id along and opens a
/// scope there.
class RequestScope {
 public:
  /// An empty id: for no request.
  explicit RequestScope(std::string id);
  ~RequestScope();
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

 private:
  const std::string id_;
  const std::string_view before_;
};

/// The id of the request that the calling thread works for, or empty. Valid until the scope ends.
std::string_view current_request();

}  // namespace countersign::base
