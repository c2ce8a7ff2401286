#include "collector/ingest/registry.h"

#include "collector/ingest/certificates.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

using base::Code;
using base::Result;

auto bad(const std::string& where, std::string_view why) {
  return base::fail(Code::invalid_argument, fmt::format("the registry is damaged: {} {}", where, why));
}

/// One object of the file, read member by member; `where` is its path for messages.
class Members {
 public:
  Members(const json::object& object, std::string where) : object_(object), where_(std::move(where)) {}

  Result<void> only(std::initializer_list<std::string_view> names) const {
    for (const auto& member : object_) {
      const std::string_view name(member.key().data(), member.key().size());
      if (std::find(names.begin(), names.end(), name) == names.end())
        return bad(where_, "holds an unknown member");
    }
    return {};
  }
  bool has(std::string_view name) const { return value(name) != nullptr; }
  Result<std::string_view> text(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_string()) return bad(path(name), "must be a string");
    return std::string_view(found->get_string().data(), found->get_string().size());
  }
  Result<base::Timestamp> time(std::string_view name) const {
    TRY_ASSIGN(const auto written, text(name));
    const auto parsed = base::parse_canonical_time(written);
    if (!parsed) return bad(path(name), parsed.error().message);
    return *parsed;
  }
  Result<const json::array*> array(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_array()) return bad(path(name), "must be an array");
    return &found->get_array();
  }
  Result<const json::object*> object(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_object()) return bad(path(name), "must be an object");
    return &found->get_object();
  }
  Result<bool> boolean(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_bool()) return bad(path(name), "must be true or false");
    return found->get_bool();
  }
  Result<std::map<std::string, std::string>> texts(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_object()) return bad(path(name), "must be an object");
    std::map<std::string, std::string> out;
    for (const auto& member : found->get_object()) {
      if (!member.value().is_string()) return bad(path(name), "must hold strings");
      out[std::string(member.key())] = std::string(member.value().get_string());
    }
    return out;
  }
  Result<std::int64_t> seconds(std::string_view name) const {
    const auto* found = value(name);
    if (found == nullptr || !found->is_int64() || found->get_int64() < 0)
      return bad(path(name), "must be a whole number of seconds");
    return found->get_int64();
  }
  /// Unknown where there is none.
  Result<Author> author(std::string_view name) const {
    const auto* found = value(name);
    return found == nullptr ? Author() : parse_author(*found, path(name));
  }
  std::string path(std::string_view name) const {
    return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
  }

  const json::value* value(std::string_view name) const {
    return object_.if_contains(json::string_view(name.data(), name.size()));
  }

 private:
  const json::object& object_;
  std::string where_;
};

Result<void> read_scheme(const Members& from, Source& source) {
  const int ways =
      (from.has("scheme") ? 1 : 0) + (from.has("token_sha256") ? 1 : 0) + (from.has("pull_url") ? 1 : 0);
  const bool certified = !source.certificates.empty();
  if (ways > 1 || (ways == 0 && !certified))
    return bad(from.path("scheme"), "must be there, or token_sha256, or pull_url, and one alone");
  if (ways == 0 || from.has("token_sha256")) return {};
  if (certified) return bad(from.path("certificates"), "must not be there beside a scheme or pull_url");
  if (from.has("scheme")) {
    TRY_ASSIGN(source.scheme, from.text("scheme"));
  }
  TRY_ASSIGN(const auto* sealed, from.array("secrets"));
  for (const auto& one : *sealed) {
    if (!one.is_string()) return bad(from.path("secrets"), "must hold strings");
    TRY_ASSIGN(auto bytes, base::from_base64({one.get_string().data(), one.get_string().size()}));
    source.sealed.push_back(std::move(bytes));
  }
  return {};
}

Result<void> read_choices(const Members& from, Source& source) {
  if (from.has("url")) {
    TRY_ASSIGN(source.url, from.text("url"));
  }
  if (from.has("keep_raw")) {
    TRY_ASSIGN(source.keep_raw, from.boolean("keep_raw"));
  }
  if (from.has("pull_url")) {
    TRY_ASSIGN(source.pull_url, from.text("pull_url"));
    TRY_ASSIGN(source.pull_settings, from.texts("pull_settings"));
  }
  if (from.has("silent_after_s")) {
    TRY_ASSIGN(source.silent_after_s, from.seconds("silent_after_s"));
  }
  return {};
}

Result<Source> read_source(const Members& from) {
  TRY(from.only({"name", "adapter", "token_sha256", "scheme", "secrets", "backfill_sha256", "tenants", "url",
                 "keep_raw", "silent_after_s", "pull_url", "pull_settings", "certificates", "created",
                 "revoked", "added_by", "revoked_by"}));
  Source source;
  TRY_ASSIGN(const auto name, from.text("name"));
  TRY_ASSIGN(source.name, base::parse_source(name));
  TRY_ASSIGN(source.adapter, from.text("adapter"));
  if (from.has("token_sha256")) {
    TRY_ASSIGN(const auto hash, from.text("token_sha256"));
    TRY_ASSIGN(source.token_sha256, base::digest_from_hex(hash));
  }
  if (from.has("backfill_sha256")) {
    TRY_ASSIGN(const auto hash, from.text("backfill_sha256"));
    TRY_ASSIGN(source.backfill_sha256, base::digest_from_hex(hash));
  }
  if (const auto* certificates = from.value("certificates"); certificates != nullptr) {
    TRY_ASSIGN(source.certificates, parse_certificates(*certificates, from.path("certificates")));
  }
  TRY(read_scheme(from, source));
  TRY(read_choices(from, source));
  TRY_ASSIGN(const auto* tenants, from.array("tenants"));
  for (const auto& tenant : *tenants) {
    if (!tenant.is_string()) return bad(from.path("tenants"), "must hold strings");
    TRY_ASSIGN(auto id, base::parse_tenant({tenant.get_string().data(), tenant.get_string().size()}));
    source.tenants.push_back(std::move(id));
  }
  TRY_ASSIGN(source.created, from.time("created"));
  if (from.has("revoked")) {
    TRY_ASSIGN(source.revoked, from.time("revoked"));
  }
  TRY_ASSIGN(source.added_by, from.author("added_by"));
  TRY_ASSIGN(source.revoked_by, from.author("revoked_by"));
  return source;
}

Result<Tenant> read_tenant(const Members& from) {
  TRY(from.only({"id", "region", "created", "moved_to", "moves", "sharing", "access", "attributes",
                 "monitoring", "added_by"}));
  Tenant tenant;
  TRY_ASSIGN(const auto id, from.text("id"));
  TRY_ASSIGN(tenant.id, base::parse_tenant(id));
  TRY_ASSIGN(const auto region, from.text("region"));
  TRY_ASSIGN(tenant.region, base::parse_region(region));
  TRY_ASSIGN(tenant.created, from.time("created"));
  TRY_ASSIGN(tenant.added_by, from.author("added_by"));
  if (from.has("moved_to")) {
    TRY_ASSIGN(const auto address, from.text("moved_to"));
    tenant.moved_to = std::string(address);
  }
  if (from.has("sharing")) {
    TRY_ASSIGN(const auto* sharing, from.object("sharing"));
    TRY_ASSIGN(tenant.sharing, SharingPolicy::parse(*sharing));
  }
  if (from.has("access")) {
    TRY_ASSIGN(const auto* access, from.object("access"));
    TRY_ASSIGN(tenant.access, AccessPolicy::parse(*access));
  }
  if (from.has("attributes")) {
    TRY_ASSIGN(const auto* attributes, from.object("attributes"));
    TRY_ASSIGN(tenant.attributes, AttributePolicy::parse(*attributes));
  }
  if (from.has("monitoring")) {
    TRY_ASSIGN(const auto* monitoring, from.object("monitoring"));
    TRY_ASSIGN(tenant.monitoring, MonitoringPolicy::parse(*monitoring));
  }
  if (const auto* moves = from.value("moves"); moves != nullptr) {
    TRY_ASSIGN(tenant.moves, parse_moves(*moves, from.path("moves"), tenant.region));
  }
  return tenant;
}

}  // namespace

Result<Registry> Registry::load(const std::filesystem::path& path) {
  TRY_ASSIGN(const auto text, base::read_file(path, kRegistryBytesMax));
  auto registry = parse(text);
  if (!registry) return base::fail(path.string(), registry.error());
  return registry;
}

Result<Registry> Registry::parse(std::string_view text) {
  TRY_ASSIGN(const auto parsed, base::parse_json(text, {.depth_max = 6}));
  if (!parsed.duplicates.empty()) return bad(parsed.duplicates.front(), "stands twice");
  if (!parsed.value.is_object()) return bad("the file", "must hold an object");
  const Members top(parsed.value.get_object(), "");
  TRY(top.only({"v", "sources", "tenants", "operators"}));
  const auto* version = parsed.value.get_object().if_contains("v");
  if (version == nullptr || *version != 1) return bad("v", "must be 1");
  Registry registry;
  TRY_ASSIGN(const auto* tenants, top.array("tenants"));
  for (std::size_t i = 0; i < tenants->size(); ++i) {
    const std::string where = fmt::format("tenants[{}]", i);
    if (!(*tenants)[i].is_object()) return bad(where, "must be an object");
    auto tenant = read_tenant(Members((*tenants)[i].get_object(), where));
    if (!tenant) return base::fail(where, tenant.error());
    if (registry.tenant(tenant->id) != nullptr) return bad(where, "stands twice");
    registry.put(std::move(*tenant));
  }
  TRY_ASSIGN(const auto* sources, top.array("sources"));
  for (std::size_t i = 0; i < sources->size(); ++i) {
    const std::string where = fmt::format("sources[{}]", i);
    if (!(*sources)[i].is_object()) return bad(where, "must be an object");
    auto source = read_source(Members((*sources)[i].get_object(), where));
    if (!source) return base::fail(where, source.error());
    if (registry.source_by_name(source->name) != nullptr) return bad(where, "stands twice");
    for (const auto& one : source->certificates) {
      if (registered_for(registry, one) != nullptr) return bad(where, "has a certificate of another source");
    }
    registry.put(std::move(*source));
  }
  if (!top.has("operators")) return registry;
  TRY_ASSIGN(const auto* operators, top.array("operators"));
  for (std::size_t i = 0; i < operators->size(); ++i) {
    const std::string where = fmt::format("operators[{}]", i);
    if (!(*operators)[i].is_object()) return bad(where, "must be an object");
    auto one = parse_operator((*operators)[i].get_object());
    if (!one) return base::fail(where, one.error());
    if (registry.operator_by_name(one->name) != nullptr) return bad(where, "stands twice");
    registry.put(std::move(*one));
  }
  return registry;
}

Registry::Holder Registry::holder_of_token(std::string_view token) const {
  const base::Digest presented = crypto::sha256(token);
  Holder found;
  for (const auto& source : sources_) {
    // No early exit: the time does not tell which hash was near.
    const auto is = [&](const std::optional<base::Digest>& hash) {
      return hash && crypto::equal_in_constant_time(hash->view(), presented.view());
    };
    if (is(source.token_sha256)) found = {&source, false};
    if (is(source.backfill_sha256)) found = {&source, true};
  }
  return found.source == nullptr || found.source->revoked ? Holder{} : found;
}

const Source* Registry::source_of_certificate(const base::Digest& sha256) const {
  const auto* found = registered_for(*this, sha256);
  return found == nullptr || found->revoked ? nullptr : found;
}

const Operator* Registry::operator_of_token(std::string_view token, base::Timestamp now) const {
  const base::Digest presented = crypto::sha256(token);
  const Operator* found = nullptr;
  for (const auto& one : operators_) {
    // No early exit, as above.
    if (crypto::equal_in_constant_time(one.token_sha256.view(), presented.view())) found = &one;
  }
  return found == nullptr || !found->is_active(now) ? nullptr : found;
}

const Operator* Registry::operator_by_name(std::string_view name) const {
  const auto found = std::find_if(operators_.begin(), operators_.end(),
                                  [&](const Operator& one) { return one.name == name; });
  return found == operators_.end() ? nullptr : &*found;
}

const Source* Registry::source_by_name(const base::SourceName& name) const {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& s) { return s.name == name; });
  return found == sources_.end() ? nullptr : &*found;
}

const Tenant* Registry::tenant(const base::TenantId& id) const {
  const auto found = tenant_at_.find(id);
  return found == tenant_at_.end() ? nullptr : &tenants_[found->second];
}

void Registry::put(Source source) {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& s) { return s.name == source.name; });
  found == sources_.end() ? sources_.push_back(std::move(source)) : void(*found = std::move(source));
}

void Registry::put(Tenant tenant) {
  const auto [at, added] = tenant_at_.emplace(tenant.id, tenants_.size());
  added ? tenants_.push_back(std::move(tenant)) : void(tenants_[at->second] = std::move(tenant));
}

void Registry::put(Operator one) {
  const auto found = std::find_if(operators_.begin(), operators_.end(),
                                  [&](const Operator& known) { return known.name == one.name; });
  found == operators_.end() ? operators_.push_back(std::move(one)) : void(*found = std::move(one));
}

void Registry::put(const retention::RuleBook& book) {
  for (auto& tenant : tenants_) tenant.retention = book.of(tenant.id);
}

}  // namespace countersign::ingest
