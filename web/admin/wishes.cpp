#include "web/admin/wishes.h"

#include "ledger/base/time.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kTenantsMax = 256;
constexpr std::size_t kNameBytesMax = 63;

const json::value* member_of(const json::object& body, std::string_view name) {
  return body.if_contains({name.data(), name.size()});
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

Asked<std::string> text_of(const json::value& value, std::string_view member, std::size_t bytes_max) {
  const auto* found = value.if_string();
  if (found == nullptr) return bad(fmt::format("{} must be a text", member));
  std::string out(found->data(), found->size());
  if (out.size() > bytes_max || !is_clean(out))
    return bad(fmt::format("{} has at most {} bytes, and no control characters", member, bytes_max));
  return out;
}

Asked<ingest::Role> role_of(const json::object& body, bool of_people) {
  auto name = text(body, "role", kNameBytesMax);
  if (!name) return tl::unexpected(std::move(name.error()));
  const auto role = of_people ? ingest::parse_role(*name) : ingest::parse_operator_role(*name);
  if (!role)
    return bad(fmt::format("role is one of auditor, analyst, privacy{}",
                           of_people ? " and admin" : ", admin, application, provisioner and mirror"));
  return *role;
}

/// The members that say what somebody may do, into an account or an operator.
template <class Wish>
Asked<void> read_rights(const json::object& body, const endpoints::Asker& asker, bool of_people, Wish& out) {
  auto role = role_of(body, of_people);
  if (!role) return tl::unexpected(std::move(role.error()));
  auto named = tenants(body, asker);
  if (!named) return tl::unexpected(std::move(named.error()));
  auto all = flag(body, "all_tenants");
  if (!all) return tl::unexpected(std::move(all.error()));
  auto span = period(body);
  if (!span) return tl::unexpected(std::move(span.error()));
  auto expires = time(body, "expires");
  if (!expires) return tl::unexpected(std::move(expires.error()));
  out.role = *role;
  out.tenants = std::move(*named);
  out.all_tenants = *all;
  out.period = *span;
  out.expires = *expires;
  return {};
}

}  // namespace

tl::unexpected<base::Problem> bad(std::string detail, int status) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

Asked<void> only(const json::object& body, std::initializer_list<std::string_view> members) {
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(members.begin(), members.end(), name) == members.end())
      return bad(fmt::format("there is a member that is not known; there are {}", fmt::join(members, ", ")));
  }
  return {};
}

Asked<std::string> text(const json::object& body, std::string_view member, std::size_t bytes_max) {
  const auto* found = member_of(body, member);
  return found == nullptr ? std::string() : text_of(*found, member, bytes_max);
}

Asked<bool> flag(const json::object& body, std::string_view member) {
  const auto* found = member_of(body, member);
  if (found == nullptr) return false;
  if (!found->is_bool()) return bad(fmt::format("{} must be true or false", member));
  return found->get_bool();
}

Asked<std::int64_t> number(const json::object& body, std::string_view member, std::int64_t most) {
  const auto* found = member_of(body, member);
  if (found == nullptr) return std::int64_t{0};
  if (!found->is_int64() || found->get_int64() < 0 || found->get_int64() > most)
    return bad(fmt::format("{} is a whole number from 0 to {}", member, most));
  return found->get_int64();
}

Asked<std::vector<std::string>> texts(const json::object& body, std::string_view member,
                                      std::size_t count_max, std::size_t bytes_max) {
  std::vector<std::string> out;
  const auto* found = member_of(body, member);
  if (found == nullptr) return out;
  const auto* list = found->if_array();
  if (list == nullptr || list->size() > count_max)
    return bad(fmt::format("{} must be an array of at most {} texts", member, count_max));
  for (const auto& one : *list) {
    const auto* each = one.if_string();
    if (each == nullptr || each->empty() || each->size() > bytes_max)
      return bad(fmt::format("{} must hold texts of 1 to {} bytes", member, bytes_max));
    out.emplace_back(each->data(), each->size());
  }
  return out;
}

Asked<std::optional<base::Timestamp>> time(const json::object& body, std::string_view member) {
  auto written = text(body, member);
  if (!written) return tl::unexpected(std::move(written.error()));
  if (member_of(body, member) == nullptr) return std::optional<base::Timestamp>();
  const auto parsed = base::parse_rfc3339(*written);
  if (!parsed) return bad(fmt::format("{} must be a time as RFC 3339 writes it", member));
  return std::optional(*parsed);
}

Asked<std::optional<ingest::Period>> period(const json::object& body) {
  const auto* found = member_of(body, "period");
  if (found == nullptr) return std::optional<ingest::Period>();
  const auto* object = found->if_object();
  if (object == nullptr) return bad("period must be an object with from and before");
  if (auto fits = only(*object, {"from", "before"}); !fits) return tl::unexpected(std::move(fits.error()));
  const auto from = time(*object, "from"), before = time(*object, "before");
  if (!from) return tl::unexpected(from.error());
  if (!before) return tl::unexpected(before.error());
  if (!*from || !*before) return bad("period must have from and before");
  return std::optional(ingest::Period{**from, **before});
}

Asked<std::vector<base::TenantId>> tenants(const json::object& body, const endpoints::Asker& asker) {
  auto names = texts(body, "tenants", kTenantsMax, kNameBytesMax);
  if (!names) return tl::unexpected(std::move(names.error()));
  std::vector<base::TenantId> out;
  for (const auto& name : *names) {
    const auto tenant = endpoints::tenant_of(asker, name);
    if (!tenant && tenant.error().status == 404)
      return bad("a tenant that is named is not registered here; add it first");
    if (!tenant) return tl::unexpected(tenant.error());
    if (std::find(out.begin(), out.end(), (*tenant)->id) != out.end()) return bad("a tenant is named twice");
    out.push_back((*tenant)->id);
  }
  return out;
}

Asked<auth::NewAccount> read_account(const json::object& body, const endpoints::Asker& asker) {
  auto fits = only(body, {"user", "display_name", "role", "tenants", "all_tenants", "period", "expires"});
  if (!fits) return tl::unexpected(std::move(fits.error()));
  auth::NewAccount out;
  auto name = text(body, "user"), display_name = text(body, "display_name");
  if (!name) return tl::unexpected(std::move(name.error()));
  if (!display_name) return tl::unexpected(std::move(display_name.error()));
  out.name = std::move(*name);
  out.display_name = std::move(*display_name);
  if (auto rights = read_rights(body, asker, true, out); !rights)
    return tl::unexpected(std::move(rights.error()));
  const bool invites = out.role == ingest::Role::auditor || out.role == ingest::Role::analyst;
  if (!asker.who->all_tenants && (out.all_tenants || !invites))
    return bad("who acts for some tenants invites auditors and analysts of them", 403);
  return out;
}

Asked<ingest::NewOperator> read_token(const json::object& body, const endpoints::Asker& asker) {
  auto fits = only(body, {"operator", "role", "tenants", "all_tenants", "period", "expires"});
  if (!fits) return tl::unexpected(std::move(fits.error()));
  ingest::NewOperator out;
  auto name = text(body, "operator", kNameBytesMax);
  if (!name) return tl::unexpected(std::move(name.error()));
  out.name = std::move(*name);
  if (auto rights = read_rights(body, asker, false, out); !rights)
    return tl::unexpected(std::move(rights.error()));
  return out;
}

}  // namespace countersign::admin
