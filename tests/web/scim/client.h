#pragma once

#include "tests/web/scim/memory_store.h"
#include "web/scim/service.h"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace countersign::scim {

/// A service over a MemoryStore, with a clock that goes one second for each question and identifiers that
/// count, and a client of it.
struct Client {
  Client();

  Answer send(std::string_view method, std::string_view path, std::string_view body = {});
  /// With conditions.
  Answer send(const Request& request);
  Answer get(std::string_view path) { return send("GET", path); }

  /// The id of what a POST has created; empty where it did not.
  std::string create(std::string_view path, std::string_view body);
  std::string create_user(std::string_view name);

  MemoryStore store;
  std::int64_t now_s = 1'790'000'000;
  std::uint8_t ids = 0;
  std::uint64_t scan_max = 1000;
};

/// The body as JSON; null where there is none.
boost::json::value body_of(const Answer& answer);
/// What stands in the body under a JSON Pointer (RFC 6901), as JSON text; empty where nothing does.
std::string at(const Answer& answer, std::string_view pointer);
std::string at(const boost::json::value& value, std::string_view pointer);
std::string header(const Answer& answer, std::string_view name);

boost::json::value parse(std::string_view text);

/// `deactivated User 0001…`: the changes in short, `;` between them.
std::string told(const Answer& answer);

}  // namespace countersign::scim
