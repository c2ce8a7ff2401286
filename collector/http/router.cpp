#include "collector/http/router.h"

#include "collector/http/url.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

namespace countersign::http {
namespace {

bool is_varying(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

/// The text up to the next slash, which is taken off `rest` together with it.
std::string_view take_segment(std::string_view& rest) {
  const auto slash = rest.find('/', 1);
  const auto segment = rest.substr(1, slash == std::string_view::npos ? slash : slash - 1);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  return segment;
}

bool takes_the_rest(std::string_view segment) { return segment.ends_with("...}"); }

/// Whether `path` has that shape; the varying segments, decoded, go to `parameters` if there is one.
bool matches(std::string_view pattern, std::string_view path, Fields* parameters) {
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = take_segment(pattern);
    if (takes_the_rest(wanted)) {
      if (parameters != nullptr)
        parameters->emplace_back(wanted.substr(1, wanted.size() - 5), path.substr(1));
      return path.size() > 1 && pattern.empty();
    }
    const auto given = take_segment(path);
    if (!is_varying(wanted)) {
      if (wanted != given) return false;
      continue;
    }
    auto value = decode_segment(given);
    if (given.empty() || !value) return false;
    if (parameters != nullptr)
      parameters->emplace_back(wanted.substr(1, wanted.size() - 2), *std::move(value));
  }
  return pattern.empty() && path.empty();
}

bool serves(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

/// Fixed segments sort before varying ones, at the first place where two patterns differ.
bool goes_before(const Route& a, const Route& b) {
  std::string_view left = a.pattern;
  std::string_view right = b.pattern;
  while (!left.empty() && !right.empty()) {
    const bool left_varies = is_varying(take_segment(left));
    const bool right_varies = is_varying(take_segment(right));
    if (left_varies != right_varies) return right_varies;
  }
  return false;
}

}  // namespace

struct Router::Table {
  std::vector<Route> routes;

  const Route* find(const RequestHead& head) const {
    // A route for the very method goes before GET's service of HEAD.
    const Route* found = nullptr;
    for (const auto& route : routes) {
      if (!serves(route, head.method) || !matches(route.pattern, head.path, nullptr)) continue;
      if (route.method == head.method) return &route;
      if (found == nullptr) found = &route;
    }
    return found;
  }

  Response refuse(const RequestHead& head) const {
    std::set<std::string> methods;
    for (const auto& route : routes) {
      if (!matches(route.pattern, head.path, nullptr)) continue;
      methods.insert(route.method);
      if (route.method == "GET") methods.insert("HEAD");
    }
    if (methods.empty()) return problem(404, "There is nothing at this path.");
    auto response = problem(405, "This path does not serve that method; see Allow.");
    std::string allow;
    for (const auto& method : methods) allow += (allow.empty() ? "" : ", ") + method;
    response.headers.emplace_back("Allow", std::move(allow));
    return response;
  }
};

void Router::add(Route route) {
  if (!route.pattern.starts_with('/') || !route.handle) std::abort();
  for (const auto& known : routes_) {
    if (known.method == route.method && known.pattern == route.pattern) std::abort();
  }
  routes_.push_back(std::move(route));
}

std::vector<std::pair<std::string, std::string>> Router::patterns() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& route : routes_) out.emplace_back(route.method, route.pattern);
  return out;
}

Handler Router::handler() const {
  auto table = std::make_shared<Table>();
  table->routes = routes_;
  std::stable_sort(table->routes.begin(), table->routes.end(), goes_before);
  Handler handler;
  handler.admit = [table](const RequestHead& head) -> std::optional<Response> {
    const auto* route = table->find(head);
    if (route == nullptr) return table->refuse(head);
    return route->admit ? route->admit(head) : std::nullopt;
  };
  handler.body_bytes_max = [table](const RequestHead& head) {
    const auto* route = table->find(head);
    return route == nullptr || !route->body_bytes_max ? std::uint64_t{0} : route->body_bytes_max();
  };
  handler.handle = [table](Request request, const Respond& respond) {
    const auto* route = table->find(request);
    if (route == nullptr) return respond(table->refuse(request));
    matches(route->pattern, request.path, &request.parameters);
    route->handle(std::move(request), respond);
  };
  handler.route = [table](const RequestHead& head) {
    const auto* route = table->find(head);
    return route == nullptr ? std::string_view() : std::string_view(route->pattern);
  };
  return handler;
}

}  // namespace countersign::http
