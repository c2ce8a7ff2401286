#include "apps/countersign/restore_settings.h"

#include "collector/ingest/registry.h"
#include "collector/ingest/secrets.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/entropy.h"
#include "ledger/retention/rules.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <map>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSettingsBytesMax = 256u << 20;

/// What of each source, tenant and operator decides who may do what, and where.
using Facts = std::map<std::string, std::string>;

/// Tells secrets and tokens apart within one restore, and nothing else of them.
class Marks {
 public:
  Marks() { crypto::system_entropy()(key_); }
  std::string operator()(base::Bytes secret) const {
    return base::to_hex(crypto::hmac_sha256(key_, {base::text_of(secret)}).view().first(4));
  }

 private:
  std::array<std::uint8_t, 32> key_{};
};

/// `registry` has its secrets opened.
Facts facts_of(const ingest::Registry& registry, const Marks& mark) {
  Facts out;
  const auto of = [](std::string facts, bool revoked) { return facts + (revoked ? ", revoked" : ""); };
  for (const auto& one : registry.sources()) {
    auto facts = one.adapter;
    if (one.token_sha256) facts += ", token " + mark(one.token_sha256->view());
    if (one.backfill_sha256) facts += ", token for history " + mark(one.backfill_sha256->view());
    for (const auto& certificate : one.certificates)
      facts += ", certificate " + base::to_hex(certificate.view().first(4));
    for (const auto& secret : one.secrets) facts += fmt::format(", {} {}", one.scheme, mark(secret->view()));
    for (const auto& tenant : one.tenants) facts += ", for " + tenant.value();
    out["source " + one.name.value()] = of(std::move(facts), one.revoked.has_value());
  }
  for (const auto& one : registry.operators()) {
    auto facts = fmt::format("{}, token {}", to_string(one.role), mark(one.token_sha256.view()));
    for (const auto& tenant : one.tenants) facts += ", for " + tenant.value();
    if (one.period)
      facts += fmt::format(", records from {} before {}", base::format_rfc3339(one.period->from),
                           base::format_rfc3339(one.period->before));
    if (one.expires) facts += ", until " + base::format_rfc3339(*one.expires);
    out["operator " + one.name] = of(std::move(facts), one.revoked.has_value());
  }
  for (const auto& one : registry.tenants())
    out["tenant " + one.id.value()] = fmt::format(
        "pinned to {}, sharing {}, access {}, attributes {}, monitoring {}", one.region.value(),
        one.sharing.to_text(), boost::json::serialize(one.access.to_json()),
        boost::json::serialize(one.attributes.to_json()), boost::json::serialize(one.monitoring.to_json()));
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

std::vector<std::string> differences(const Facts& here, const Facts& there) {
  std::vector<std::string> out;
  for (const auto& [name, fact] : there) {
    const auto found = here.find(name);
    if (found == here.end()) out.push_back(fmt::format("{}: not here; in the snapshot {}", name, fact));
    if (found != here.end() && found->second != fact)
      out.push_back(fmt::format("{}: here {}; in the snapshot {}", name, found->second, fact));
  }
  for (const auto& [name, fact] : here) {
    if (!there.contains(name)) out.push_back(fmt::format("{}: here {}; not in the snapshot", name, fact));
  }
  return out;
}

/// Whether the snapshot's file takes the place of the one that is there, which is then kept beside it; where
/// it stays, its differences are noted.
base::Result<bool> makes_way(const fs::path& file, std::vector<std::string> differences,
                             const std::string& id, base::FileMode mode, bool replace,
                             RestoredSettings& out) {
  if (differences.empty()) return false;
  if (!replace) {
    std::move(differences.begin(), differences.end(), std::back_inserter(out.differences));
    return false;
  }
  TRY_ASSIGN(const auto here, base::read_file(file, kSettingsBytesMax));
  TRY(base::create_file_durably(fmt::format("{}.before-{}", file.string(), id), here, mode));
  out.replaced = true;
  return true;
}

base::Result<void> put_registry(const fs::path& file, const backup::SmallFiles& snapshot,
                                const std::string& id, const vault::Kek& kek, bool replace,
                                RestoredSettings& out) {
  if (snapshot.registry.empty()) return {};
  TRY_ASSIGN(const auto alone, base::wait_for_lock(fs::path(file) += ".lock", base::FileLock::alone));
  TRY_ASSIGN(auto then, ingest::Registry::parse(snapshot.registry));
  TRY(ingest::open_secrets(then, kek));
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    TRY_ASSIGN(auto now, ingest::Registry::load(file));
    TRY(ingest::open_secrets(now, kek));
    const Marks mark;
    TRY_ASSIGN(const bool written, makes_way(file, differences(facts_of(now, mark), facts_of(then, mark)), id,
                                             base::FileMode::secret, replace, out));
    if (!written) return {};
  }
  TRY(ingest::reseal_secrets(then, kek, crypto::system_entropy()));
  TRY(base::write_file_durably(file, then.to_text(), base::FileMode::secret));
  out.registry_restored = true;
  return {};
}

base::Result<void> put_retention(const fs::path& file, const std::string& snapshot, const std::string& id,
                                 bool replace, RestoredSettings& out) {
  if (snapshot.empty()) return {};
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    TRY_ASSIGN(const auto now, retention::RuleBook::load(file));
    TRY_ASSIGN(const auto then, retention::RuleBook::parse(snapshot));
    TRY_ASSIGN(const bool written, makes_way(file, differences(facts_of(now), facts_of(then)), id,
                                             base::FileMode::readable, replace, out));
    if (!written) return {};
  }
  return base::write_file_durably(file, snapshot, base::FileMode::readable);
}

}  // namespace

base::Result<RestoredSettings> put_settings(const Config& config, const backup::SmallFiles& snapshot,
                                            const std::string& id, const vault::Kek& kek, bool replace) {
  RestoredSettings out;
  TRY(put_registry(config.registry(), snapshot, id, kek, replace, out));
  TRY(put_retention(config.retention(), snapshot.retention, id, replace, out));
  return out;
}

}  // namespace countersign::apps
