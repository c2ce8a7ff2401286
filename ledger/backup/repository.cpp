#include "ledger/backup/repository.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kDescriptionBytesMax = 64u << 10;
constexpr std::uint64_t kManifestBytesMax = 1u << 30;
constexpr std::int64_t kMicrosPerDay = 86'400LL * 1'000'000;
constexpr std::string_view kSuffix = ".json", kDescription = "repository.json";

std::string key_binding(const RepositoryIdentity& identity) {
  return fmt::format("countersign/backup-key/v1/{}/{}", identity.origin, identity.region.value());
}

/// The lock, held by whoever adds alone and by those that read together.
base::Result<base::OpenFile> take_lock(const fs::path& folder, int operation, int flags) {
  TRY_ASSIGN(auto file, base::OpenFile::open(folder / "lock", flags, 0640));
  if (::flock(file.descriptor(), operation | LOCK_NB) != 0)
    return fail(Code::failed_precondition,
                fmt::format("the repository {} is in use by another process", folder.string()));
  return file;
}

std::string sum_of(std::string_view line) { return base::to_hex(crypto::sha256(line).view()); }

std::string description_of(const RepositoryIdentity& identity, base::Bytes sealed_key) {
  const json::object description{{"v", 1},
                                 {"origin", identity.origin},
                                 {"region", identity.region.value()},
                                 {"key", base::to_base64(sealed_key)}};
  const auto line = json::serialize(description) + "\n";
  return line + "sha256=" + sum_of(line) + "\n";
}

base::Result<void> create(const fs::path& folder, const RepositoryIdentity& identity,
                          const crypto::Secret& key_encryption_key, const crypto::Entropy& entropy) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (name == "lock" || name.starts_with(".repository.json.")) continue;
    return fail(Code::invalid_argument,
                fmt::format("{} is neither empty nor a repository of backups; choose another folder",
                            folder.string()));
  }
  std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
  entropy(bytes);
  const crypto::Secret key(std::move(bytes));
  const auto sealed = crypto::Aead(key_encryption_key).seal(key.view(), key_binding(identity), entropy);
  return base::create_file_durably(folder / kDescription, description_of(identity, sealed),
                                   base::FileMode::readable);
}

/// The first line of a file of two, of which the second begins with the first's checksum.
base::Result<std::pair<std::string, std::string>> split(const fs::path& file, std::string content) {
  const auto damaged = [&] { return fail(Code::data_loss, fmt::format("{} is damaged", file.string())); };
  const auto end = content.find('\n');
  if (end == std::string::npos || content.back() != '\n') return damaged();
  auto line = content.substr(0, end + 1);
  auto closing = content.substr(end + 1);
  if (!closing.starts_with("sha256=" + sum_of(line))) return damaged();
  return std::pair{std::move(line), std::move(closing)};
}

}  // namespace

std::vector<ChunkId> chunks_of(const Manifest& manifest) {
  std::vector<ChunkId> out;
  for (const auto& file : manifest.files) {
    for (const auto& piece : file.pieces) {
      for (const auto& digest : piece) out.push_back({file.realm, digest});
    }
  }
  return out;
}

base::Result<Repository> Repository::open_to_add(const fs::path& folder, const RepositoryIdentity& identity,
                                                 const vault::Kek& key_encryption_key,
                                                 const crypto::Entropy& entropy, const KnownKeys* known) {
  TRY(base::make_folders_durably(folder));
  std::error_code ignored;
  // Looked at before there is a lock in it.
  const bool there = fs::exists(folder / kDescription, ignored);
  if (!there && !fs::is_empty(folder, ignored) && !fs::exists(folder / "lock", ignored))
    return fail(Code::invalid_argument,
                fmt::format("{} is neither empty nor a repository of backups; choose another folder",
                            folder.string()));
  TRY_ASSIGN(auto lock, take_lock(folder, LOCK_EX, O_RDWR | O_CREAT));
  if (!fs::exists(folder / kDescription, ignored))
    TRY(create(folder, identity, key_encryption_key.newest(), entropy));
  Repository repository(folder, std::move(lock));
  TRY(repository.read_description(&key_encryption_key, known));
  if (repository.identity_ != identity)
    return fail(
        Code::failed_precondition,
        fmt::format("{} holds backups of {}/{}, not of {}/{}: each region has a repository of its own",
                    folder.string(), repository.identity_.origin, repository.identity_.region.value(),
                    identity.origin, identity.region.value()));
  if (known != nullptr) TRY(repository.seal_anew(key_encryption_key, *known, entropy));
  TRY(base::make_folders_durably(folder / "snapshots"));
  TRY_ASSIGN(const auto ids, repository.list());
  for (const auto& id : ids) {
    const auto manifest = repository.read(id);
    if (!manifest) continue;  // prune() says so
    for (const auto& chunk : chunks_of(*manifest)) repository.chunks_->know(chunk);
  }
  return repository;
}

base::Result<Repository> Repository::open_to_read(const fs::path& folder,
                                                  const vault::Kek* key_encryption_key,
                                                  const KnownKeys* known) {
  std::error_code ignored;
  if (!fs::exists(folder / kDescription, ignored))
    return fail(Code::not_found, fmt::format("{} is no repository of backups", folder.string()));
  TRY_ASSIGN(auto lock, take_lock(folder, LOCK_SH, O_RDONLY));
  Repository repository(folder, std::move(lock));
  TRY(repository.read_description(key_encryption_key, known));
  return repository;
}

base::Result<void> Repository::seal_anew(const vault::Kek& key_encryption_key, const KnownKeys& known,
                                         const crypto::Entropy& entropy) {
  TRY(known.remember(sealed_key_, key_, key_encryption_key, entropy));
  if (key_encryption_key.newest_opens(sealed_key_, key_binding(identity_))) return {};
  sealed_key_ = crypto::Aead(key_encryption_key.newest()).seal(key_.view(), key_binding(identity_), entropy);
  // Known under its new name first: a crash in between leaves one of the two.
  TRY(known.remember(sealed_key_, key_, key_encryption_key, entropy));
  return base::write_file_durably(folder_ / kDescription, description_of(identity_, sealed_key_),
                                  base::FileMode::readable);
}

base::Result<void> Repository::read_description(const vault::Kek* key_encryption_key,
                                                const KnownKeys* known) {
  const auto file = folder_ / kDescription;
  const auto damaged = [&] { return fail(Code::data_loss, fmt::format("{} is damaged", file.string())); };
  TRY_ASSIGN(auto content, base::read_file(file, kDescriptionBytesMax));
  TRY_ASSIGN(const auto lines, split(file, std::move(content)));
  if (lines.second != "sha256=" + sum_of(lines.first) + "\n") return damaged();
  const auto parsed = base::parse_json(lines.first, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object()) return damaged();
  const auto& from = parsed->value.get_object();
  const auto text = [&](json::string_view name) {
    const auto* value = from.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
  };
  const auto* version = from.if_contains("v");
  if (version == nullptr || *version != 1)
    return fail(Code::data_loss,
                fmt::format("{} has a format that this program does not know", file.string()));
  const auto region = base::parse_region(text("region"));
  const auto origin = base::parse_origin(text("origin"));
  const auto sealed = base::from_base64(text("key"));
  if (!region || !origin || !sealed) return damaged();
  identity_ = {*origin, *region};
  sealed_key_ = *sealed;
  if (key_encryption_key != nullptr) {
    auto opened = key_encryption_key->open(*sealed, key_binding(identity_));
    if (!opened && known != nullptr) {
      TRY_ASSIGN(auto remembered, known->find(*sealed, *key_encryption_key));
      if (remembered) opened = std::move(*remembered);
    }
    if (!opened)
      return fail(
          Code::failed_precondition,
          fmt::format("the key-encryption key (keys.vault) is not the one that the repository {} was "
                      "made with; configure the right one, or begin a new repository in another folder",
                      folder_.string()));
    key_ = std::move(*opened);
    manifest_key_ = derive_key(key_, "manifest");
  }
  chunks_ = std::make_unique<ChunkStore>(folder_ / "chunks", key_, crypto::system_entropy());
  return {};
}

fs::path Repository::manifest_file(const std::string& id) const {
  return folder_ / "snapshots" / (id + std::string(kSuffix));
}

base::Result<std::vector<std::string>> Repository::list() const {
  std::vector<std::string> ids;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_ / "snapshots", missing)) {
    auto name = entry.path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    name.resize(name.size() - kSuffix.size());
    if (is_snapshot_id(name)) ids.push_back(std::move(name));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string Repository::closing_line(std::string_view line) const {
  return fmt::format("sha256={} hmac={}\n", sum_of(line),
                     base::to_hex(crypto::hmac_sha256(manifest_key_.view(), {line}).view()));
}

base::Result<Manifest> Repository::read(const std::string& id) const {
  const auto file = manifest_file(id);
  if (!is_snapshot_id(id))
    return fail(Code::invalid_argument,
                fmt::format("'{}' is no id of a snapshot; see: countersign backup list", id));
  auto content = base::read_file(file, kManifestBytesMax);
  if (!content && content.error().code == Code::not_found)
    return fail(Code::not_found, fmt::format("there is no snapshot {} in {}", id, folder_.string()));
  if (!content) return fail(content.error());
  TRY_ASSIGN(const auto lines, split(file, std::move(*content)));
  const auto expected = closing_line(lines.first);
  const bool right = manifest_key_.empty() ? lines.second.size() == expected.size()
                                           : crypto::equal_in_constant_time(base::bytes_of(lines.second),
                                                                            base::bytes_of(expected));
  if (!right)
    return fail(Code::data_loss,
                fmt::format("{} was not written by this appliance, or is damaged", file.string()));
  auto manifest = parse_manifest(std::string_view(lines.first).substr(0, lines.first.size() - 1));
  if (!manifest) return fail(file.string(), manifest.error());
  if (manifest->id != id || RepositoryIdentity{manifest->origin, manifest->region} != identity_)
    return fail(Code::data_loss, fmt::format("{} is not the manifest that its name says", file.string()));
  return manifest;
}

base::Result<void> Repository::add(const Manifest& manifest) {
  TRY(chunks_->make_durable());
  const auto line = format_manifest(manifest) + "\n";
  return base::create_file_durably(manifest_file(manifest.id), line + closing_line(line),
                                   base::FileMode::readable);
}

base::Result<std::vector<std::string>> Repository::prune(const Retention& retention, base::Timestamp now) {
  TRY_ASSIGN(const auto ids, list());
  std::vector<std::string> gone;
  std::set<ChunkId> keep;
  base::Result<void> whole;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto manifest = read(ids[i]);
    if (!manifest) {
      whole = fail(manifest.error().code, manifest.error().message + "; no chunk was removed");
      continue;
    }
    const auto newer = ids.size() - 1 - i;
    const auto age = now.micros - manifest->time.micros;
    const bool stays =
        newer == 0 ||
        ((!retention.newest || newer < *retention.newest) &&
         (!retention.days || age <= static_cast<std::int64_t>(*retention.days) * kMicrosPerDay));
    if (stays) {
      for (const auto& chunk : chunks_of(*manifest)) keep.insert(chunk);
      continue;
    }
    if (::unlink(manifest_file(ids[i]).c_str()) != 0) return base::os_error("remove", manifest_file(ids[i]));
    gone.push_back(ids[i]);
  }
  TRY(whole);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_ / "snapshots", ignored)) {
    if (entry.path().filename().string().starts_with(".")) ::unlink(entry.path().c_str());
  }
  // A manifest that came back after a crash would miss its chunks.
  TRY_ASSIGN(auto folder, base::OpenFile::open(folder_ / "snapshots", O_RDONLY | O_DIRECTORY));
  TRY(folder.sync());
  TRY_ASSIGN(const auto bytes, chunks_->sweep(keep));
  static_cast<void>(bytes);
  return gone;
}

}  // namespace countersign::backup
