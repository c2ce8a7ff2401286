#include "ledger/backup/standing.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/proof.h"
#include "ledger/vault/vault_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

namespace countersign::backup {
namespace {

using base::Code;
using base::fail;

struct Known {
  store::SignedHead head;
  std::string_view from;
  std::optional<std::int64_t> time = std::nullopt;
};
using KnownHeads = std::multimap<base::LogName, Known>;

/// When the log's clock says that it was signed, where that can be checked.
base::Result<std::optional<std::int64_t>> check_signature(const store::LedgerIdentity& identity,
                                                          const base::LogName& log, const std::string& note,
                                                          const crypto::Ed25519PublicKey* younger) {
  TRY_ASSIGN(const auto keys, store::key_chain_of(identity, log));
  const auto opened = keys.open(note);
  if (opened) return opened->time;
  if (younger != nullptr) {
    TRY_ASSIGN(const auto verifiers, tree::log_verifiers(log, *younger, *younger));
    if (tree::open_checkpoint(note, log, std::array{verifiers.log})) return std::optional<std::int64_t>();
  }
  return fail(opened.error());
}

base::Result<void> add_checkpoint(const store::LedgerIdentity& identity, const KeptCheckpoint& kept,
                                  const crypto::Ed25519PublicKey* younger, KnownHeads& known) {
  TRY_ASSIGN(const auto body, tree::read_checkpoint_body(kept.note));
  const auto tenant = base::tenant_of(body.origin);
  if (body.origin != base::log_name(identity.origin, identity.region, tenant))
    return fail(Code::invalid_argument,
                fmt::format("the checkpoint is of {}, which is no log of {}/{}", body.origin.text,
                            identity.origin, identity.region.value()));
  auto time = kept.time;
  if (!kept.vouched_for) {
    const auto checked = check_signature(identity, body.origin, kept.note, younger);
    if (!checked) return fail(fmt::format("{} is not of this ledger", kept.from), checked.error());
    if (!time) time = *checked;
  }
  known.emplace(body.origin, Known{{body.size, body.root}, kept.from, time});
  return {};
}

base::Result<LogStanding> compare_log(store::LedgerReader& ledger, const store::LogHead& log,
                                      const KnownHeads& known) {
  LogStanding out;
  out.log = log.name;
  out.records = log.size;
  if (log.size > 0) {
    TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(log));
    if (newest) out.last_signed = newest->time;
  }
  const auto [begin, end] = known.equal_range(log.name);
  for (auto it = begin; it != end; ++it) {
    const auto& [head, from, time] = it->second;
    if (out.known_from.empty() || head.size > out.signed_elsewhere) {
      out.signed_elsewhere = head.size;
      out.signed_root = head.root;
      out.known_from = from;
      out.known_time = time;
    }
    if (out.standing == Standing::other) continue;
    if (head.size > log.size) {
      out.standing = Standing::rolled_back;
      continue;
    }
    TRY_ASSIGN(const auto root, tree::root_at(head.size, ledger.nodes(log)));
    if (root != head.root) out.standing = Standing::other;
  }
  return out;
}

}  // namespace

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::level:
      return "level";
    case Standing::rolled_back:
      return "rolled_back";
    case Standing::other:
      break;
  }
  return "other_records";
}

base::Result<std::vector<LogStanding>> compare(store::LedgerReader& ledger, const store::HeadMemory& heads,
                                               const std::vector<KeptCheckpoint>& checkpoints,
                                               const crypto::Ed25519PublicKey* younger) {
  KnownHeads known;
  const auto& identity = ledger.identity();
  for (const auto& [log, head] : heads.heads()) {
    if (log == base::log_name(identity.origin, identity.region, base::tenant_of(log)))
      known.emplace(log, Known{head, "the head memory"});
  }
  for (const auto& kept : checkpoints) TRY(add_checkpoint(identity, kept, younger, known));
  TRY_ASSIGN(auto logs, ledger.logs());
  std::set<base::LogName> there;
  for (const auto& log : logs) there.insert(log.name);
  for (const auto& [name, head] : known) {
    if (there.insert(name).second) logs.push_back({-1, name, 0});
  }
  std::vector<LogStanding> out;
  for (const auto& log : logs) {
    TRY_ASSIGN(auto one, compare_log(ledger, log, known));
    out.push_back(std::move(one));
  }
  return out;
}

base::Result<TokenCount> count_tokens(const store::RegionFiles& files, const vault::VaultKeys& keys,
                                      const std::vector<privacy::Erasure>& erasures) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
  TokenCount count;
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    const auto tenant = base::tenant_of(log.name);
    std::unordered_set<std::string> erased, seen;
    for (const auto& erasure : erasures) {
      if (erasure.tenant == tenant) erased.insert(erasure.tokens.begin(), erasure.tokens.end());
    }
    TRY(ledger.read(log, 0, log.size, [&](base::Seq, std::string_view bytes) -> base::Result<void> {
      TRY_ASSIGN(const auto view, record::read_record(bytes));
      TRY_ASSIGN(const auto event, record::read_event(view.event));
      return record::for_each_token(event, [&](const record::TokenAt& at) {
        if (!seen.emplace(at.token).second) return;
        ++count.tokens;
        const auto opened = vault.disclose(tenant, at.token);
        auto& one = !opened                                  ? count.damaged
                    : *opened                                ? count.open
                    : erased.contains(std::string(at.token)) ? count.erased
                                                             : count.missing;
        ++one;
      });
    }));
  }
  return count;
}

}  // namespace countersign::backup
