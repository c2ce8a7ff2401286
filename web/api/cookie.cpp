#include "web/api/cookie.h"

#include <fmt/format.h>

namespace countersign::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string cookie_of(const http::RequestHead& head, std::string_view wanted) {
  std::string found;
  unsigned count = 0;
  for (const auto& [name, value] : head.fields) {
    if (!http::same_name(name, "Cookie")) continue;
    std::string_view left = value;
    while (!left.empty()) {
      const auto end = std::min(left.find(';'), left.size());
      const auto pair = trimmed(left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
      found = pair.substr(equals + 1);
      ++count;
    }
  }
  return count == 1 ? found : std::string();
}

std::string session_cookie(const http::RequestHead& head) { return cookie_of(head, kSessionCookie); }

std::pair<std::string, std::string> set_session_cookie(std::string_view secret) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict{}", kSessionCookie,
                                    secret, secret.empty() ? "; Max-Age=0" : "")};
}

bool is_cross_site(const http::RequestHead& head) {
  const auto site = head.header("Sec-Fetch-Site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  const auto origin = head.header("Origin");
  if (origin.empty()) return false;
  const auto host = head.header("Host");
  return origin != fmt::format("{}://{}", head.tls ? "https" : "http", host) &&
         // Behind a proxy that ends TLS we see plain HTTP, and the browser does not.
         origin != fmt::format("https://{}", host);
}

}  // namespace countersign::api
