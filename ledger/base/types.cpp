#include "ledger/base/types.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::base {
namespace {

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_name(std::string_view text, std::string_view also) {
  if (text.empty() || text.size() > 63 || !is_lower_alnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_lower_alnum(c) || also.find(c) != std::string_view::npos; });
}

template <class Name>
Result<Name> parse_name(std::string_view what, std::string_view text, std::string_view also) {
  if (is_name(text, also)) return Name(std::string(text));
  return fail(
      Code::invalid_argument,
      fmt::format("the {} must be 1 to 63 characters of a-z, 0-9 and '{}', beginning with a letter or digit",
                  what, fmt::join(also, "', '")));
}

}  // namespace

LogName log_name(std::string_view origin, const RegionId& region, const TenantId& tenant) {
  return LogName{fmt::format("{}/{}/{}", origin, region.value(), tenant.value())};
}

TenantId tenant_of(const LogName& log) {
  const auto slash = log.text.rfind('/');
  return TenantId(slash == std::string::npos ? log.text : log.text.substr(slash + 1));
}

Result<TenantId> parse_tenant(std::string_view text) { return parse_name<TenantId>("tenant", text, "-"); }
Result<TenantId> parse_log_owner(std::string_view text) {
  if (text == kSystemTenant) return TenantId(std::string(text));
  return parse_tenant(text);
}

Result<RegionId> parse_region(std::string_view text) { return parse_name<RegionId>("region", text, "-"); }
Result<SourceName> parse_source(std::string_view text) {
  return parse_name<SourceName>("source name", text, "-._");
}

Result<std::string> parse_origin(std::string_view text) {
  const auto allowed = [](char c) {
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '/' || c == '-';
  };
  const bool good = !text.empty() && text.size() <= 200 && text.front() != '/' && text.back() != '/' &&
                    text.find("//") == std::string_view::npos &&
                    std::all_of(text.begin(), text.end(), allowed);
  if (good) return std::string(text);
  return fail(
      Code::invalid_argument,
      "the origin must be 1 to 200 characters of A-Z, a-z, 0-9, '.', '-' and '/', without a scheme and "
      "without a slash at either end, for example evidence.example.com");
}

}  // namespace countersign::base
