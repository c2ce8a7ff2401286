#include "collector/ingest/operators.h"

#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::ingest {
namespace {

using base::Code;
using base::fail;

auto bad(std::string_view member) {
  return fail(Code::invalid_argument, fmt::format("the operator's member {} is not as it must be", member));
}

base::Result<std::string> text_of(const boost::json::object& from, std::string_view name) {
  const auto* found = from.if_contains(boost::json::string_view(name.data(), name.size()));
  if (found == nullptr || !found->is_string()) return bad(name);
  return std::string(found->get_string().data(), found->get_string().size());
}

base::Result<std::optional<base::Timestamp>> time_of(const boost::json::object& from, std::string_view name) {
  if (!from.contains(boost::json::string_view(name.data(), name.size())))
    return std::optional<base::Timestamp>();
  TRY_ASSIGN(const auto text, text_of(from, name));
  TRY_ASSIGN(const auto time, base::parse_canonical_time(text));
  return std::optional(time);
}

base::Result<void> read_period(const boost::json::object& from, Operator& out) {
  TRY_ASSIGN(const auto begin, time_of(from, "from"));
  TRY_ASSIGN(const auto end, time_of(from, "before"));
  if (begin.has_value() != end.has_value()) return bad("before");
  if (begin) out.period = {*begin, *end};
  return {};
}

base::Result<void> check(const NewOperator& one) {
  if (!base::parse_source(one.name))
    return fail(Code::invalid_argument,
                "an operator's name is of a-z, 0-9, '-', '.' and '_', at most 63 characters");
  if (one.tenants.empty() == !one.all_tenants)
    return fail(Code::invalid_argument,
                "an operator acts for the tenants that are named, or for all of them: say which");
  if (one.role == Role::provisioner && !one.all_tenants)
    return fail(Code::invalid_argument,
                "a provisioner looks after the users of the whole appliance: give it all tenants");
  if (one.role == Role::mirror && one.period)
    return fail(Code::invalid_argument, "a mirror reads whole logs: give it no period");
  if (one.role == Role::auditor && (one.tenants.size() != 1 || !one.period || !one.expires))
    return fail(Code::invalid_argument,
                "an auditor's token has one tenant, a period that it may see, and an expiry");
  if (one.period && one.period->before <= one.period->from)
    return fail(Code::invalid_argument, "the period ends before it begins");
  return {};
}

}  // namespace

bool Operator::is_bound() const {
  return role != Role::auditor || (tenants.size() == 1 && !all_tenants && period && expires);
}

bool Operator::may_act_for(const base::TenantId& tenant) const {
  return all_tenants || std::find(tenants.begin(), tenants.end(), tenant) != tenants.end();
}

std::string to_text(const Operator& one) {
  std::string out = "{\"name\":";
  base::append_json_string(out, one.name);
  out += fmt::format(",\"role\":\"{}\",\"token_sha256\":\"{}\",\"tenants\":[", to_string(one.role),
                     base::to_hex(one.token_sha256.view()));
  for (const auto& tenant : one.tenants) {
    if (out.back() != '[') out += ',';
    base::append_json_string(out, tenant.value());
  }
  out += ']';
  if (one.all_tenants) out += ",\"all_tenants\":true";
  out += fmt::format(",\"created\":\"{}\"", base::format_rfc3339(one.created));
  if (one.period)
    out += fmt::format(",\"from\":\"{}\",\"before\":\"{}\"", base::format_rfc3339(one.period->from),
                       base::format_rfc3339(one.period->before));
  if (one.expires) out += fmt::format(",\"expires\":\"{}\"", base::format_rfc3339(*one.expires));
  if (one.revoked) out += fmt::format(",\"revoked\":\"{}\"", base::format_rfc3339(*one.revoked));
  if (one.added_by.is_known()) out += ",\"added_by\":" + to_text(one.added_by);
  if (one.revoked_by.is_known()) out += ",\"revoked_by\":" + to_text(one.revoked_by);
  return out + '}';
}

base::Result<Operator> parse_operator(const boost::json::object& from) {
  constexpr std::array<std::string_view, 12> kMembers{"name",        "role",    "token_sha256", "tenants",
                                                      "all_tenants", "from",    "before",       "created",
                                                      "expires",     "revoked", "added_by",     "revoked_by"};
  for (const auto& member : from) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
      return fail(Code::invalid_argument, "the operator holds an unknown member");
  }
  Operator out;
  TRY_ASSIGN(const auto name, text_of(from, "name"));
  TRY_ASSIGN(const auto checked, base::parse_source(name));
  out.name = checked.value();
  TRY_ASSIGN(const auto role_text, text_of(from, "role"));
  const auto role = parse_operator_role(role_text);
  if (!role) return bad("role");
  out.role = *role;
  TRY_ASSIGN(const auto hash, text_of(from, "token_sha256"));
  TRY_ASSIGN(out.token_sha256, base::digest_from_hex(hash));
  const auto* tenants = from.if_contains("tenants");
  if (tenants == nullptr || !tenants->is_array()) return bad("tenants");
  for (const auto& tenant : tenants->get_array()) {
    if (!tenant.is_string()) return bad("tenants");
    TRY_ASSIGN(auto id, base::parse_tenant({tenant.get_string().data(), tenant.get_string().size()}));
    out.tenants.push_back(std::move(id));
  }
  if (const auto* all = from.if_contains("all_tenants")) {
    if (!all->is_bool()) return bad("all_tenants");
    out.all_tenants = all->get_bool();
  }
  TRY_ASSIGN(const auto created, time_of(from, "created"));
  if (!created) return bad("created");
  out.created = *created;
  TRY(read_period(from, out));
  TRY_ASSIGN(out.expires, time_of(from, "expires"));
  TRY_ASSIGN(out.revoked, time_of(from, "revoked"));
  if (const auto* by = from.if_contains("added_by")) {
    TRY_ASSIGN(out.added_by, parse_author(*by, "the operator's member added_by"));
  }
  if (const auto* by = from.if_contains("revoked_by")) {
    TRY_ASSIGN(out.revoked_by, parse_author(*by, "the operator's member revoked_by"));
  }
  return out;
}

base::Result<std::string> add_operator(const std::filesystem::path& path, const NewOperator& one,
                                       const base::Clock& clock, const crypto::Entropy& entropy) {
  TRY(check(one));
  const auto token = "cso_" + crypto::random_token(entropy);
  const auto done = change_registry(path, [&](Registry& registry) -> base::Result<void> {
    if (registry.operator_by_name(one.name) != nullptr)
      return fail(Code::already_exists,
                  fmt::format("there is an operator {} already, or was; choose another name", one.name));
    for (const auto& tenant : one.tenants) {
      if (registry.tenant(tenant) == nullptr)
        return fail(Code::not_found, fmt::format("there is no tenant {}; add it first", tenant.value()));
    }
    const auto now = clock();
    if (one.expires && *one.expires <= now)
      return fail(Code::invalid_argument, "the time when the token expires has passed already");
    registry.put(Operator{one.name,
                          one.role,
                          crypto::sha256(token),
                          one.tenants,
                          one.all_tenants,
                          now,
                          one.expires,
                          {},
                          one.period,
                          one.by});
    return {};
  });
  TRY(done);
  return token;
}

base::Result<void> revoke_operator(const std::filesystem::path& path, const std::string& name,
                                   const base::Clock& clock, const Author& by) {
  return change_registry(path, [&](Registry& registry) -> base::Result<void> {
    const auto* found = registry.operator_by_name(name);
    if (found == nullptr) return fail(Code::not_found, fmt::format("there is no operator {}", name));
    if (found->revoked)
      return fail(Code::failed_precondition, fmt::format("the operator {} was revoked on {}", name,
                                                         base::format_rfc3339(*found->revoked)));
    auto changed = *found;
    changed.revoked = clock();
    changed.revoked_by = by;
    registry.put(std::move(changed));
    return {};
  });
}

}  // namespace countersign::ingest
