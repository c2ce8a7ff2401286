#include "apps/policy_change.h"

#include "collector/endpoints/policy_document.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kNoteBytesMax = 256u << 10;

/// What is being done, from before it is recorded until it is written.
std::filesystem::path note_of(const Config& config) { return config.data / "policy.pending"; }

/// A tenant as the files say, also one that is not registered: then without a region.
ingest::Tenant tenant_now(const ingest::Registry& registry, const retention::RuleBook& book,
                          const base::TenantId& id) {
  ingest::Tenant out;
  if (const auto* known = registry.tenant(id)) out = *known;
  out.id = id;
  out.retention = book.of(id);
  return out;
}

base::Result<void> leave_note(const Config& config, const ingest::Tenant& after) {
  return base::write_file_durably(note_of(config), endpoints::policy_document(after),
                                  base::FileMode::readable);
}

base::Result<void> take_note_away(const Config& config) {
  std::error_code error;
  std::filesystem::remove(note_of(config), error);
  if (error) return fail(Code::internal, fmt::format("{} was not removed", note_of(config).string()));
  return {};
}

/// settle_policies() while both locks are held.
base::Result<void> settle(const Config& config, const ingest::Registry& registry,
                          const retention::RuleBook& book) {
  const auto text = base::read_file(note_of(config), kNoteBytesMax);
  if (!text && text.error().code == Code::not_found) return {};
  if (!text) return fail(text.error());
  const auto parsed = base::parse_json(*text, {.depth_max = 8});
  const auto* object = parsed ? parsed->value.if_object() : nullptr;
  const auto* name = object == nullptr ? nullptr : object->if_contains("tenant");
  // It is written in one piece before anything is recorded; what cannot be read is none of ours.
  if (name == nullptr || !name->is_string()) return take_note_away(config);
  const auto now = tenant_now(registry, book, base::TenantId(std::string(name->get_string())));
  auto members = *object;
  members.erase("region");
  const auto wish = endpoints::read_policy(json::serialize(members), now);
  if (wish) {
    auto meant = now;
    wish->put_into(meant);
    if (!meant.has_policies_of(now))
      TRY(note_policy_change(config, meant, now, {PolicyAuthor::How::appliance, {}}));
  }
  return take_note_away(config);
}

/// One change at a time, from its note to where that is taken away.
base::Result<base::OpenFile> lock(const Config& config) {
  constexpr std::int64_t kPatienceMs = 10'000;
  return base::wait_for_lock(note_of(config) += ".lock", base::FileLock::alone, kPatienceMs);
}

using AlterAll = std::function<base::Result<PolicyChanged>(ingest::Registry&, retention::RuleBook&)>;

/// Reads both files under their locks, settles what was left, and writes what `alter` has changed once that
/// is recorded.
base::Result<PolicyChanged> change_both(const Config& config, const PolicyAuthor& by, const AlterAll& alter) {
  PolicyChanged out;
  TRY_ASSIGN(const auto alone, lock(config));
  const auto done = retention::RuleBook::change(config.retention(), [&](retention::RuleBook& book) {
    return ingest::change_registry(config.registry(), [&](ingest::Registry& registry) -> base::Result<void> {
      TRY(settle(config, registry, book));
      TRY_ASSIGN(out, alter(registry, book));
      if (!out.changed()) return {};
      TRY(leave_note(config, out.after));
      return note_policy_change(config, out.before, out.after, by);
    });
  });
  TRY(done);
  if (out.changed()) TRY(take_note_away(config));
  return out;
}

}  // namespace

base::Result<PolicyChanged> change_policies(const Config& config, const base::TenantId& id,
                                            const PolicyAuthor& by, const AlterPolicies& alter) {
  return change_both(
      config, by, [&](ingest::Registry& registry, retention::RuleBook& book) -> base::Result<PolicyChanged> {
        if (registry.tenant(id) == nullptr)
          return fail(Code::not_found, fmt::format("there is no tenant {}", id.value()));
        PolicyChanged out;
        out.before = out.after = tenant_now(registry, book, id);
        TRY(alter(out.after));
        if (out.before.retention != out.after.retention) TRY(book.set(id, out.after.retention));
        registry.put(out.after);
        return out;
      });
}

base::Result<PolicyChanged> change_retention(
    const Config& config, const base::TenantId& owner, const PolicyAuthor& by,
    const std::function<base::Result<void>(retention::RuleBook&)>& alter) {
  return change_both(
      config, by, [&](ingest::Registry& registry, retention::RuleBook& book) -> base::Result<PolicyChanged> {
        PolicyChanged out;
        out.before = tenant_now(registry, book, owner);
        TRY(alter(book));
        out.after = tenant_now(registry, book, owner);
        return out;
      });
}

base::Result<void> settle_policies(const Config& config) {
  std::error_code ignored;
  if (!std::filesystem::exists(note_of(config), ignored)) return {};
  TRY_ASSIGN(const auto alone, lock(config));
  return retention::RuleBook::change(config.retention(), [&](retention::RuleBook& book) {
    return ingest::change_registry(
        config.registry(), [&](ingest::Registry& registry) { return settle(config, registry, book); });
  });
}

}  // namespace countersign::apps
