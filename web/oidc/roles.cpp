#include "web/oidc/roles.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string_view>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

constexpr std::size_t kGroupSizeMax = 512, kGroupsMax = 2'000;

const json::value* member(const json::object& from, const std::string& name) {
  return from.if_contains(json::string_view(name.data(), name.size()));
}

void add(std::vector<std::string>& out, std::string_view group) {
  if (!group.empty() && group.size() <= kGroupSizeMax && out.size() < kGroupsMax) out.emplace_back(group);
}

}  // namespace

std::optional<std::vector<std::string>> groups_in(const json::object& claims,
                                                  const std::vector<std::string>& path,
                                                  const RoleMapping& mapping) {
  const json::object* at = &claims;
  const json::value* found = nullptr;
  for (const auto& step : path) {
    found = at == nullptr ? nullptr : member(*at, step);
    if (found == nullptr) return std::nullopt;
    at = found->if_object();
  }
  if (found == nullptr) return std::nullopt;
  std::vector<std::string> out;
  if (const auto* list = found->if_array()) {
    for (const auto& one : *list)
      if (const auto* text = one.if_string()) add(out, {text->data(), text->size()});
  } else if (const auto* text = found->if_string()) {
    std::string_view rest(text->data(), text->size());
    if (mapping.contains(rest)) {
      add(out, rest);
      return out;
    }
    while (!rest.empty()) {
      const auto word = rest.substr(0, rest.find(' '));
      add(out, word);
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
  }
  return out;
}

std::vector<std::string> roles_of(const std::vector<std::string>& groups, const RoleMapping& mapping) {
  std::vector<std::string> out;
  for (const auto& group : groups) {
    const auto [first, last] = mapping.equal_range(group);
    for (auto at = first; at != last; ++at) out.push_back(at->second);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_left_out(const json::object& claims, const std::vector<std::string>& path) {
  if (path.empty() || member(claims, path.front()) != nullptr) return false;
  const auto* names = claims.if_contains("_claim_names");
  return names != nullptr && names->is_object() && member(names->get_object(), path.front()) != nullptr;
}

}  // namespace countersign::oidc
