#include "ledger/vault/keys.h"

#include "ledger/sqlite/connection.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace countersign::vault {

using base::Code;
using base::fail;

struct VaultKeys::State {
  std::mutex mutex;
  std::vector<GenerationPtr> generations;  ///< newest first
  std::optional<Kek> kek;
};

namespace {

base::Result<crypto::Secret> unwrap(sqlite::Connection& vault, const Kek& kek, const std::string& name) {
  TRY_ASSIGN(auto statement, vault.prepare("SELECT sealed FROM keys WHERE name=?1"));
  statement.bind_text(1, name);
  TRY_ASSIGN(const bool there, statement.step());
  if (!there) return fail(Code::data_loss, fmt::format("the vault has no {} key", name));
  auto opened = kek.open(statement.blob(0), key_binding(name));
  if (!opened)
    return fail(
        Code::failed_precondition,
        fmt::format("the key-encryption key ({}) is not the one that this vault's keys are wrapped with; "
                    "configure the right one (setting keys.vault), or put back its copy. Nothing was "
                    "changed",
                    kek.text()));
  return opened;
}

base::Result<VaultKeys::GenerationPtr> unwrap_generation(sqlite::Connection& vault, const Kek& kek,
                                                         std::uint32_t number) {
  VaultKeys::Generation out;
  out.number = number;
  TRY_ASSIGN(out.data, unwrap(vault, kek, key_name(kDataKey, number)));
  TRY_ASSIGN(out.lookup, unwrap(vault, kek, key_name(kLookupKey, number)));
  return std::make_shared<const VaultKeys::Generation>(std::move(out));
}

}  // namespace

VaultKeys::VaultKeys() : state_(std::make_shared<State>()) {}

VaultKeys::GenerationPtr VaultKeys::newest() const {
  const std::lock_guard guard(state_->mutex);
  return state_->generations.empty() ? nullptr : state_->generations.front();
}

VaultKeys::GenerationPtr VaultKeys::find(std::uint32_t number) const {
  const std::lock_guard guard(state_->mutex);
  for (const auto& generation : state_->generations) {
    if (generation->number == number) return generation;
  }
  return nullptr;
}

std::vector<VaultKeys::GenerationPtr> VaultKeys::all() const {
  const std::lock_guard guard(state_->mutex);
  return state_->generations;
}

std::size_t VaultKeys::size() const {
  const std::lock_guard guard(state_->mutex);
  return state_->generations.size();
}

VaultKeys VaultKeys::separate() const {
  VaultKeys out;
  const std::lock_guard guard(state_->mutex);
  out.state_->generations = state_->generations;
  out.state_->kek = state_->kek;
  return out;
}

void VaultKeys::set_kek(Kek kek) {
  const std::lock_guard guard(state_->mutex);
  state_->kek = std::move(kek);
}

Kek VaultKeys::kek() const {
  const std::lock_guard guard(state_->mutex);
  return *state_->kek;
}

void VaultKeys::add(GenerationPtr generation) {
  const std::lock_guard guard(state_->mutex);
  auto& all = state_->generations;
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& one) { return one->number <= generation->number; });
  if (at == all.end() || (*at)->number != generation->number) all.insert(at, std::move(generation));
}

void VaultKeys::keep_newest() {
  const std::lock_guard guard(state_->mutex);
  if (state_->generations.size() > 1) state_->generations.resize(1);
}

base::Result<void> VaultKeys::learn(sqlite::Connection& vault) {
  TRY_ASSIGN(const auto numbers, generations_in(vault));
  for (const auto number : numbers) {
    if (find(number)) continue;
    auto found = unwrap_generation(vault, kek(), number);
    if (!found && found.error().code == Code::failed_precondition) {
      // The key-encryption key may have been rotated since it was read.
      TRY_ASSIGN(auto again, kek().read_again());
      set_kek(again);
      found = unwrap_generation(vault, again, number);
    }
    if (!found) return fail(found.error());
    add(std::move(*found));
  }
  return {};
}

base::Result<VaultKeys> open_keys(const std::filesystem::path& vault_file, const Kek& kek) {
  TRY_ASSIGN(auto vault, sqlite::Connection::open(vault_file, {}));
  if (auto version = read_version(vault); !version) return fail(vault_file.string(), version.error());
  VaultKeys keys;
  keys.set_kek(kek);
  if (auto learnt = keys.learn(vault); !learnt) return fail(vault_file.string(), learnt.error());
  if (!keys.newest()) return fail(Code::data_loss, fmt::format("{} has no keys", vault_file.string()));
  return keys;
}

base::Result<std::map<std::uint32_t, std::uint64_t>> rows_by_generation(
    const std::filesystem::path& vault_file) {
  TRY_ASSIGN(auto vault, sqlite::Connection::open(vault_file, {}));
  TRY_ASSIGN(const auto version, read_version(vault));
  TRY_ASSIGN(auto rows, vault.prepare(version == 1 ? "SELECT 1,count(*) FROM personal"
                                                   : "SELECT generation,count(*) FROM personal GROUP BY 1"));
  std::map<std::uint32_t, std::uint64_t> counts;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return counts;
    counts[static_cast<std::uint32_t>(rows.integer(0))] = static_cast<std::uint64_t>(rows.integer(1));
  }
}

}  // namespace countersign::vault
