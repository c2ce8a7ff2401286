#include "ledger/backup/known_keys.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/aead.h"
#include "ledger/crypto/digest.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::backup {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 16u << 20;

std::string name_of(base::Bytes sealed) { return base::to_hex(crypto::sha256(sealed).view()); }
std::string binding(const std::string& name) { return "countersign/known-backup-key/v1/" + name; }

}  // namespace

base::Result<KnownKeys::Keys> KnownKeys::read() const {
  const auto content = base::read_file(file_, kFileBytesMax);
  if (!content && content.error().code == Code::not_found) return Keys();
  if (!content) return fail(content.error());
  const auto damaged = [&] { return fail(Code::data_loss, fmt::format("{} is damaged", file_.string())); };
  const auto parsed = base::parse_json(*content, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object()) return damaged();
  Keys out;
  for (const auto& [name, value] : parsed->value.get_object()) {
    if (!value.is_string()) return damaged();
    auto sealed = base::from_base64(std::string_view(value.get_string().data(), value.get_string().size()));
    if (!sealed) return damaged();
    out.emplace(name, std::move(*sealed));
  }
  return out;
}

base::Result<void> KnownKeys::write(const Keys& keys) const {
  json::object out;
  for (const auto& [name, sealed] : keys) out[name] = base::to_base64(sealed);
  return base::write_file_durably(file_, json::serialize(out) + "\n", base::FileMode::secret);
}

base::Result<std::optional<crypto::Secret>> KnownKeys::find(base::Bytes sealed, const vault::Kek& kek) const {
  TRY_ASSIGN(const auto keys, read());
  const auto found = keys.find(name_of(sealed));
  if (found == keys.end()) return std::optional<crypto::Secret>();
  TRY_ASSIGN(auto key, kek.open(found->second, binding(found->first)));
  return std::optional(std::move(key));
}

base::Result<std::size_t> KnownKeys::count() const {
  TRY_ASSIGN(const auto keys, read());
  return keys.size();
}

base::Result<void> KnownKeys::remember(base::Bytes sealed, const crypto::Secret& key, const vault::Kek& kek,
                                       const crypto::Entropy& entropy) const {
  TRY_ASSIGN(const auto lock, base::wait_for_lock(file_.string() + ".lock", base::FileLock::alone));
  TRY_ASSIGN(auto keys, read());
  const auto name = name_of(sealed);
  if (keys.contains(name)) return {};
  keys[name] = crypto::Aead(kek.newest()).seal(key.view(), binding(name), entropy);
  return write(keys);
}

base::Result<void> KnownKeys::reseal(const vault::Kek& kek, const crypto::Entropy& entropy) const {
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) return {};
  TRY_ASSIGN(const auto lock, base::wait_for_lock(file_.string() + ".lock", base::FileLock::alone));
  TRY_ASSIGN(auto keys, read());
  bool changed = false;
  for (auto& [name, sealed] : keys) {
    if (kek.newest_opens(sealed, binding(name))) continue;
    const auto key = kek.open(sealed, binding(name));
    if (!key) continue;  // of another key-encryption key: an older one that was put back
    sealed = crypto::Aead(kek.newest()).seal(key->view(), binding(name), entropy);
    changed = true;
  }
  return changed ? write(keys) : base::Result<void>();
}

}  // namespace countersign::backup
