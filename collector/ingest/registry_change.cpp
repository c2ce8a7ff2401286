#include "collector/adapters/adapter.h"
#include "collector/ingest/certificates.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/secrets.h"
#include "collector/signatures/scheme.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/store/recorded.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::ingest {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::size_t kSecretsMax = 4;
constexpr std::size_t kAddressMax = 256, kByMax = 128;

std::string adapter_names() {
  std::string names(kNativeAdapter);
  for (const auto& adapter : adapters::all_adapters()) names.append(", ").append(adapter.name);
  return names;
}

Result<void> check_source(const Registry& registry, const NewSource& source) {
  TRY(base::parse_source(source.name.value()));
  // What the appliance makes in a log, such as a test event, bears this name.
  if (source.name.value() == store::kApplianceSource)
    return fail(Code::invalid_argument, "that name is the appliance's own; choose another one");
  if (registry.source_by_name(source.name) != nullptr)
    return fail(Code::already_exists, fmt::format("there is a source {} already, or was; choose another name",
                                                  source.name.value()));
  if (source.adapter != kNativeAdapter) {
    if (adapters::find_adapter(source.adapter) == nullptr)
      return fail(Code::invalid_argument,
                  fmt::format("there is no adapter of that name; use one of: {}", adapter_names()));
    if (source.tenants.size() != 1)
      return fail(Code::invalid_argument,
                  "a provider does not name the tenant, so its source needs exactly one");
  }
  for (const auto& tenant : source.tenants) {
    if (registry.tenant(tenant) == nullptr)
      return fail(Code::not_found, fmt::format("there is no tenant {}; add it first", tenant.value()));
  }
  const bool web = source.url.starts_with("https://") || source.url.starts_with("http://");
  const auto odd = [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view(".-:/[]").find(c) != std::string_view::npos);
  };
  if (source.url.size() > kAddressMax || std::any_of(source.url.begin(), source.url.end(), odd) ||
      (!source.url.empty() &&
       (!web || source.url.find('/', source.url.find("://") + 3) != std::string::npos)))
    return fail(Code::invalid_argument,
                "the address under which the provider calls must be like https://audit.example.com");
  return {};
}

Result<const signatures::Scheme*> scheme_of(std::string_view name) {
  const auto* scheme = signatures::find_scheme(name);
  if (scheme != nullptr) return scheme;
  std::string names;
  for (const auto& one : signatures::all_schemes()) names.append(names.empty() ? "" : ", ").append(one.name);
  return fail(Code::invalid_argument, fmt::format("there is no scheme of that name; use one of: {}", names));
}

Result<void> seal_secrets(const signatures::Scheme& scheme, const std::vector<std::string>& secrets,
                          const crypto::Secret& key, const crypto::Entropy& entropy, Source& source) {
  source.sealed.clear();
  if (secrets.empty() || secrets.size() > kSecretsMax)
    return fail(Code::invalid_argument,
                fmt::format("the scheme {} needs {}, at most {} of them", scheme.name,
                            scheme.secret.empty() ? "a secret" : scheme.secret, kSecretsMax));
  for (const auto& secret : secrets) {
    TRY(scheme.check_secret(secret));
    source.sealed.push_back(seal_secret(source.name, secret, key, entropy));
  }
  return {};
}

std::string new_token(std::string_view prefix, const crypto::Entropy& entropy) {
  return std::string(prefix) + crypto::random_token(entropy);
}

Result<void> check_address(const std::optional<std::string>& address) {
  const auto odd = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (address && (!address->starts_with("https://") || address->size() > kAddressMax ||
                  std::any_of(address->begin(), address->end(), odd)))
    return fail(Code::invalid_argument,
                "the address must begin with https:// and have at most 256 characters, none of them a space");
  return {};
}

}  // namespace

Result<Source> Registry::active_source(const base::SourceName& name) const {
  const auto* found = source_by_name(name);
  if (found == nullptr) return fail(Code::not_found, fmt::format("there is no source {}", name.value()));
  if (found->revoked)
    return fail(Code::failed_precondition, fmt::format("the source {} was revoked on {}", name.value(),
                                                       base::format_rfc3339(*found->revoked)));
  return *found;
}

namespace {

/// So that there is always room to revoke what was added.
constexpr std::uint64_t kGrowingBytesMax = kRegistryBytesMax / 4 * 3;

std::size_t entries_of(const Registry& registry) {
  return registry.sources().size() + registry.tenants().size() + registry.operators().size();
}

}  // namespace

Result<void> change_registry(const std::filesystem::path& path,
                             const std::function<Result<void>(Registry&)>& change) {
  TRY(base::make_folders_durably(path.parent_path()));
  constexpr std::int64_t kPatienceMs = 10'000;
  TRY_ASSIGN(const auto lock,
             base::wait_for_lock(std::filesystem::path(path) += ".lock", base::FileLock::alone, kPatienceMs));
  auto registry = Registry::load(path);
  if (!registry && registry.error().code != Code::not_found) return fail(registry.error());
  if (!registry) registry = Registry();
  const auto entries = entries_of(*registry);
  TRY(change(*registry));
  const auto text = registry->to_text();
  const auto most = entries_of(*registry) > entries ? kGrowingBytesMax : kRegistryBytesMax;
  if (text.size() > most)
    return fail(Code::resource_exhausted,
                fmt::format("{} would grow beyond {} bytes; nothing can be added any more, and what there is "
                            "can be revoked",
                            path.string(), most));
  // Readable by others than the owner: it holds hashes of random tokens, and whoever runs the command need
  // not be the daemon's user. The folder says who gets so far.
  return base::write_file_durably(path, text, base::FileMode::readable);
}

Result<std::string> add_source(const std::filesystem::path& path, const NewSource& source,
                               const crypto::Secret& key, const base::Clock& clock,
                               const crypto::Entropy& entropy) {
  std::string shown;
  const auto changed = change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY(check_source(registry, source));
    Source made;
    made.name = source.name;
    made.adapter = source.adapter;
    made.tenants = source.tenants;
    made.created = clock();
    made.url = source.url;
    made.keep_raw = source.keep_raw;
    made.silent_after_s = source.silent_after_s;
    made.pull_url = source.pull_url;
    made.pull_settings = source.pull_settings;
    made.added_by = source.by;
    if (!source.pull_url.empty()) {
      if (!source.scheme.empty() || source.secrets.size() != 1)
        return fail(Code::invalid_argument,
                    "a source that is polled needs the credential of the provider's API, and no scheme");
      made.sealed.push_back(seal_secret(made.name, source.secrets.front(), key, entropy));
    } else if (source.scheme.empty() && !source.certificates.empty()) {
      if (!source.secrets.empty())
        return fail(Code::invalid_argument, "a source with a client certificate has no secret");
    } else if (source.scheme.empty()) {
      shown = new_token("cst_", entropy);
      made.token_sha256 = crypto::sha256(shown);
    } else {
      TRY_ASSIGN(const auto* scheme, scheme_of(source.scheme));
      made.scheme = scheme->name;
      auto secrets = source.secrets;
      if (secrets.empty() && scheme->secret.empty()) {
        shown = signatures::make_secret(*scheme, entropy);
        secrets.push_back(shown);
      }
      TRY(seal_secrets(*scheme, secrets, key, entropy, made));
    }
    for (const auto& one : source.certificates) TRY(put_certificate(registry, made, one));
    registry.put(std::move(made));
    return {};
  });
  TRY(changed);
  return shown;
}

Result<void> set_secrets(const std::filesystem::path& path, const base::SourceName& name,
                         const std::vector<std::string>& secrets, const crypto::Secret& key,
                         const crypto::Entropy& entropy) {
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY_ASSIGN(auto source, registry.active_source(name));
    if (source.scheme.empty() && source.pull_url.empty())
      return fail(Code::failed_precondition,
                  fmt::format("the source {} proves itself by a {} and has no secret", name.value(),
                              source.token_sha256 ? "token" : "client certificate"));
    if (source.pull_url.empty()) {
      TRY_ASSIGN(const auto* scheme, scheme_of(source.scheme));
      TRY(seal_secrets(*scheme, secrets, key, entropy, source));
    } else {
      if (secrets.size() != 1)
        return fail(Code::invalid_argument, "a source that is polled needs one credential");
      source.sealed = {seal_secret(name, secrets.front(), key, entropy)};
    }
    registry.put(std::move(source));
    return {};
  });
}

Result<void> reseal_secrets(const std::filesystem::path& path, const vault::Kek& key,
                            const crypto::Entropy& entropy) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  return change_registry(path, [&](Registry& registry) { return reseal_secrets(registry, key, entropy); });
}

Result<std::string> make_backfill_token(const std::filesystem::path& path, const base::SourceName& name,
                                        const crypto::Entropy& entropy) {
  const auto token = new_token("csb_", entropy);
  const auto changed = change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY_ASSIGN(auto source, registry.active_source(name));
    source.backfill_sha256 = crypto::sha256(token);
    registry.put(std::move(source));
    return {};
  });
  TRY(changed);
  return token;
}

Result<void> revoke_source(const std::filesystem::path& path, const base::SourceName& name,
                           const base::Clock& clock, const Author& by) {
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY_ASSIGN(auto source, registry.active_source(name));
    source.revoked = clock();
    source.revoked_by = by;
    registry.put(std::move(source));
    return {};
  });
}

Result<void> add_tenant(const std::filesystem::path& path, const base::TenantId& id,
                        const base::RegionId& region, std::optional<std::string> moved_to,
                        const base::Clock& clock, const Author& by) {
  TRY(base::parse_tenant(id.value()));
  TRY(base::parse_region(region.value()));
  TRY(check_address(moved_to));
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    if (registry.tenant(id) != nullptr)
      return fail(Code::already_exists, fmt::format("there is a tenant {} already", id.value()));
    Tenant made{id, region, clock(), moved_to, {}};
    made.added_by = by;
    registry.put(std::move(made));
    return {};
  });
}

Result<Move> move_tenant(const std::filesystem::path& path, const base::TenantId& id, const NewMove& move,
                         const base::Clock& clock) {
  TRY(base::parse_region(move.to.value()));
  TRY(check_address(move.address));
  if (!is_reason_code(move.reason))
    return fail(
        Code::invalid_argument,
        "the reason must be a code of a-z, 0-9 and '_', such as contract_change: it is recorded in the "
        "clear, so it must not name anybody");
  Move made;
  const auto changed = change_registry(path, [&](Registry& registry) -> Result<void> {
    const auto* known = registry.tenant(id);
    if (known == nullptr) return fail(Code::not_found, fmt::format("there is no tenant {}", id.value()));
    if (known->region == move.to)
      return fail(Code::already_exists,
                  fmt::format("the tenant {} is pinned to {} already", id.value(), move.to.value()));
    auto tenant = *known;
    auto time = std::max(clock(), tenant.created);
    if (!tenant.moves.empty()) time = std::max(time, {tenant.moves.back().time.micros + 1});
    made = {tenant.region, move.to, time, move.reason, move.by.substr(0, kByMax), move.address};
    tenant.moves.push_back(made);
    tenant.region = move.to;
    tenant.moved_to = move.address;
    registry.put(std::move(tenant));
    return {};
  });
  TRY(changed);
  return made;
}

}  // namespace countersign::ingest
