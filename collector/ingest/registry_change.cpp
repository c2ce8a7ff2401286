#include "collector/adapters/adapter.h"
#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/open_file.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>

namespace countersign::ingest {
namespace {

using base::Code;
using base::fail;
using base::Result;

/// Waits for the lock on `<path>.lock` and holds it as long as the file is open. The file stays, because
/// removing it would let two hold the lock.
Result<base::OpenFile> lock_changes(std::filesystem::path path) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path += ".lock", O_RDWR | O_CREAT, 0644));
  while (::flock(file.descriptor(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::os_error("lock", file.path());
  }
  return file;
}

/// Reads the registry, lets `change` alter it, and writes it.
template <class Change>
Result<void> change_registry(const std::filesystem::path& path, Change change) {
  TRY(base::make_folders_durably(path.parent_path()));
  TRY_ASSIGN(const auto lock, lock_changes(path));
  auto registry = Registry::load(path);
  if (!registry && registry.error().code != Code::not_found) return fail(registry.error());
  if (!registry) registry = Registry();
  TRY(change(*registry));
  // Readable by others than the owner: it holds hashes of random tokens, and whoever runs the command need
  // not be the daemon's user. The folder says who gets so far.
  return base::write_file_durably(path, registry->to_text(), base::FileMode::readable);
}

std::string adapter_names() {
  std::string names(kNativeAdapter);
  for (const auto& adapter : adapters::all_adapters()) names.append(", ").append(adapter.name);
  return names;
}

Result<void> check_source(const Registry& registry, const NewSource& source) {
  TRY(base::parse_source(source.name.value()));
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
  return {};
}

}  // namespace

Result<std::string> add_source(const std::filesystem::path& path, const NewSource& source,
                               const base::Clock& clock, const crypto::Entropy& entropy) {
  std::array<std::uint8_t, 32> random{};
  entropy(random);
  const std::string token = "cst_" + base::to_base64url(random);
  const auto changed = change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY(check_source(registry, source));
    registry.put(Source{source.name, source.adapter, crypto::sha256(token), source.tenants, clock(), {}});
    return {};
  });
  TRY(changed);
  return token;
}

Result<void> revoke_source(const std::filesystem::path& path, const base::SourceName& name,
                           const base::Clock& clock) {
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    const auto* found = registry.source_by_name(name);
    if (found == nullptr) return fail(Code::not_found, fmt::format("there is no source {}", name.value()));
    if (found->revoked)
      return fail(Code::failed_precondition, fmt::format("the source {} was revoked on {}", name.value(),
                                                         base::format_rfc3339(*found->revoked)));
    Source source = *found;
    source.revoked = clock();
    registry.put(std::move(source));
    return {};
  });
}

Result<void> add_tenant(const std::filesystem::path& path, const base::TenantId& id,
                        const base::RegionId& region, std::optional<std::string> moved_to,
                        const base::Clock& clock) {
  TRY(base::parse_tenant(id.value()));
  TRY(base::parse_region(region.value()));
  if (moved_to && (!moved_to->starts_with("https://") || moved_to->size() > 256))
    return fail(Code::invalid_argument,
                "the address must begin with https:// and have at most 256 characters");
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    if (registry.tenant(id) != nullptr)
      return fail(Code::already_exists, fmt::format("there is a tenant {} already", id.value()));
    registry.put(Tenant{id, region, clock(), moved_to});
    return {};
  });
}

}  // namespace countersign::ingest
