#include "apps/countersign/restore_settings.h"

#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/retention/rules.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSettingsBytesMax = 256u << 20;

/// What of each source, tenant and operator decides who may do what, and where.
using Facts = std::map<std::string, std::string>;

std::string validity(const std::string& what, bool revoked) { return revoked ? what + ", revoked" : what; }

Facts facts_of(const ingest::Registry& registry) {
  Facts out;
  for (const auto& one : registry.sources())
    out["source " + one.name.value()] =
        validity(one.token_sha256 ? "a token of SHA-256 " + base::to_hex(one.token_sha256->view().first(4))
                                  : one.scheme,
                 one.revoked.has_value());
  for (const auto& one : registry.operators())
    out["operator " + one.name] = validity(fmt::format("{}, a token of SHA-256 {}", to_string(one.role),
                                                       base::to_hex(one.token_sha256.view().first(4))),
                                           one.revoked.has_value());
  for (const auto& one : registry.tenants())
    out["tenant " + one.id.value()] =
        fmt::format("pinned to {}{}", one.region.value(), one.sharing.to_text());
  return out;
}

Facts facts_of(const retention::RuleBook& book) {
  Facts out;
  for (const auto& [tenant, rules] : book.all()) {
    std::string types;
    for (const auto& one : rules.types) types += fmt::format(", {} {}", one.types, to_string(one.keep));
    out["retention of " + tenant.value()] = fmt::format(
        "{} {}, at hand {}{}", rules.rule, to_string(rules.keep), to_string(rules.at_hand), types);
  }
  return out;
}

void compare(const Facts& here, const Facts& there, std::vector<std::string>& out) {
  for (const auto& [name, fact] : there) {
    const auto found = here.find(name);
    if (found == here.end()) out.push_back(fmt::format("{}: not here; in the snapshot {}", name, fact));
    if (found != here.end() && found->second != fact)
      out.push_back(fmt::format("{}: here {}; in the snapshot {}", name, found->second, fact));
  }
  for (const auto& [name, fact] : here) {
    if (!there.contains(name)) out.push_back(fmt::format("{}: here {}; not in the snapshot", name, fact));
  }
}

/// Whether the snapshot's file was put; where it was not, what stands in the file otherwise.
template <typename Settings>
base::Result<bool> put_file(const fs::path& file, const std::string& snapshot, base::FileMode mode,
                            bool replace, std::vector<std::string>& differences) {
  if (snapshot.empty()) return false;
  auto here = base::read_file(file, kSettingsBytesMax);
  if (!here && here.error().code != base::Code::not_found) return base::fail(here.error());
  if (here && *here == snapshot) return false;
  if (here && !replace) {
    TRY_ASSIGN(const auto now, Settings::parse(*here));
    TRY_ASSIGN(const auto then, Settings::parse(snapshot));
    compare(facts_of(now), facts_of(then), differences);
    return false;
  }
  if (here) TRY(base::write_file_durably(file.string() + ".before-restore", *here, mode));
  TRY(base::write_file_durably(file, snapshot, mode));
  return true;
}

}  // namespace

base::Result<RestoredSettings> put_settings(const Config& config, const backup::SmallFiles& snapshot,
                                            bool replace) {
  RestoredSettings out;
  TRY_ASSIGN(out.registry_restored,
             put_file<ingest::Registry>(config.registry(), snapshot.registry, base::FileMode::secret, replace,
                                        out.differences));
  TRY(put_file<retention::RuleBook>(config.retention(), snapshot.retention, base::FileMode::readable, replace,
                                    out.differences));
  return out;
}

}  // namespace countersign::apps
