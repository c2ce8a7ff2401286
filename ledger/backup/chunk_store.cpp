#include "ledger/backup/chunk_store.h"

#include "ledger/backup/pieces.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/open_file.h"
#include "ledger/base/zstd_frame.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <future>
#include <vector>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

/// A higher one is many times slower and hardly smaller on records and on sealed values.
constexpr int kLevel = 1;

constexpr std::size_t kSumBytes = 32;
constexpr std::uint64_t kFileBytesMax = kPayloadBytesMax + (1u << 16);
constexpr std::array kRealms{Realm::open, Realm::sealed};

std::string binding_of(const ChunkId& id) {
  return "countersign/backup-chunk/v1/" + base::to_hex(id.digest.view());
}

/// fsync(2) of many files and folders at once: a disk serves those that wait together with one flush.
base::Result<void> sync_all(const std::vector<fs::path>& paths) {
  constexpr std::size_t kAtOnce = 16;
  std::atomic<std::size_t> next{0};
  const auto work = [&]() -> base::Result<void> {
    for (auto i = next++; i < paths.size(); i = next++) {
      TRY_ASSIGN(auto file, base::OpenFile::open(paths[i], O_RDONLY));
      TRY(file.sync());
    }
    return {};
  };
  std::vector<std::future<base::Result<void>>> workers;
  for (std::size_t i = 0; i < std::min(kAtOnce, paths.size()); ++i)
    workers.push_back(std::async(std::launch::async, work));
  base::Result<void> result;
  for (auto& worker : workers) {
    auto done = worker.get();
    if (!done) result = std::move(done);
  }
  return result;
}

}  // namespace

crypto::Secret derive_key(const crypto::Secret& key, std::string_view purpose) {
  return crypto::Secret(crypto::hmac_sha256(key.view(), {"countersign/backup/v1/", purpose}).view());
}

ChunkStore::ChunkStore(fs::path folder, const crypto::Secret& key, crypto::Entropy entropy)
    : folder_(std::move(folder)), entropy_(std::move(entropy)) {
  if (!key.empty())
    sealed_.emplace(Sealed{crypto::Aead(derive_key(key, "seal")), derive_key(key, "address")});
}

fs::path ChunkStore::path_of(const ChunkId& id) const {
  const auto name = base::to_hex(id.digest.view());
  return folder_ / to_string(id.realm) / name.substr(0, 2) / name;
}

ChunkId ChunkStore::id_of(Realm realm, base::Bytes payload) const {
  return {realm, realm == Realm::open
                     ? crypto::sha256(payload)
                     : crypto::hmac_sha256(sealed_->addressing.view(), {base::text_of(payload)})};
}

bool ChunkStore::has(const ChunkId& id) const {
  std::error_code ignored;
  return fs::exists(path_of(id), ignored);
}

base::Result<ChunkId> ChunkStore::put(Realm realm, base::Bytes payload) {
  if (realm == Realm::sealed && !sealed_)
    return fail(Code::failed_precondition, "the repository's key is not at hand");
  const auto id = id_of(realm, payload);
  if (written_.contains(id) || (known_.contains(id) && has(id))) return id;
  TRY(write(id, payload));
  written_.insert(id);
  return id;
}

base::Result<void> ChunkStore::make_folder(const fs::path& folder) const {
  TRY(base::make_folders_durably(folder_));
  for (const auto& one : {folder.parent_path(), folder}) {
    if (::mkdir(one.c_str(), 0750) != 0 && errno != EEXIST) return base::os_error("make the folder", one);
  }
  return {};
}

base::Result<void> ChunkStore::write(const ChunkId& id, base::Bytes payload) {
  auto body = base::compress_frame(base::text_of(payload), kLevel);
  if (id.realm == Realm::sealed) {
    const auto sealed = sealed_->sealing.seal(base::bytes_of(body), binding_of(id), entropy_);
    body.assign(base::text_of(sealed));
  }
  const auto path = path_of(id);
  const auto folder = path.parent_path();
  if (folders_.insert(folder).second) TRY(make_folder(folder));
  const auto temporary = folder / fmt::format(".{}.tmp", ::getpid());
  // Not durable yet: make_durable() does that for all at once, which takes a disk far less time.
  TRY_ASSIGN(auto file, base::OpenFile::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0640));
  TRY(file.write(base::text_of(crypto::sha256(body).view())));
  TRY(file.write(body));
  TRY(file.close());
  if (::rename(temporary.c_str(), path.c_str()) != 0) return base::os_error("create", path);
  bytes_written_ += kSumBytes + body.size();
  return {};
}

base::Result<void> ChunkStore::make_durable() {
  std::vector<fs::path> paths;
  for (const auto& id : written_) paths.push_back(path_of(id));
  TRY(sync_all(paths));
  paths.assign(folders_.begin(), folders_.end());
  if (!paths.empty()) paths.push_back(folder_);
  for (const auto realm : kRealms) {
    std::error_code ignored;
    if (fs::exists(folder_ / to_string(realm), ignored)) paths.push_back(folder_ / to_string(realm));
  }
  return sync_all(paths);
}

base::Result<std::string> ChunkStore::body_of(const ChunkId& id) const {
  const auto path = path_of(id);
  auto content = base::read_file(path, kFileBytesMax);
  if (!content && content.error().code == Code::not_found)
    return fail(Code::data_loss, fmt::format("the chunk {} is missing", path.string()));
  if (!content && content.error().code == Code::resource_exhausted)
    return fail(Code::data_loss, fmt::format("the chunk {} is damaged: it is too large", path.string()));
  if (!content) return fail(content.error());
  const bool right =
      content->size() > kSumBytes && base::text_of(crypto::sha256(content->substr(kSumBytes)).view()) ==
                                         std::string_view(*content).substr(0, kSumBytes);
  if (!right) return fail(Code::data_loss, fmt::format("the chunk {} is damaged", path.string()));
  return content->substr(kSumBytes);
}

base::Result<std::string> ChunkStore::get(const ChunkId& id) const {
  if (id.realm == Realm::sealed && !sealed_)
    return fail(Code::failed_precondition, "the repository's key is not at hand");
  TRY_ASSIGN(const auto body, body_of(id));
  const auto wrong = [&] {
    return fail(Code::data_loss, fmt::format("the chunk {} is not what its name says", path_of(id).string()));
  };
  base::Result<std::string> payload;
  if (id.realm == Realm::sealed) {
    const auto opened = sealed_->sealing.open(base::bytes_of(body), binding_of(id));
    if (!opened) return wrong();
    payload = base::decompress_frame(base::text_of(opened->view()), kPayloadBytesMax);
  } else {
    payload = base::decompress_frame(body, kPayloadBytesMax);
  }
  if (!payload || id_of(id.realm, base::bytes_of(*payload)) != id) return wrong();
  return payload;
}

base::Result<void> ChunkStore::check(const ChunkId& id) const {
  if (id.realm == Realm::sealed && !sealed_) {
    TRY_ASSIGN(const auto body, body_of(id));
    static_cast<void>(body);
    return {};
  }
  TRY_ASSIGN(const auto payload, get(id));
  static_cast<void>(payload);
  return {};
}

base::Result<std::uint64_t> ChunkStore::sweep(const std::set<ChunkId>& keep) const {
  std::set<std::string> kept;
  for (const auto& id : keep) kept.insert(path_of(id).string());
  std::uint64_t gone = 0;
  for (const auto realm : kRealms) {
    std::error_code error;
    for (const auto& folder : fs::directory_iterator(folder_ / to_string(realm), error)) {
      for (const auto& entry : fs::directory_iterator(folder.path(), error)) {
        if (kept.contains(entry.path().string())) continue;
        std::error_code ignored;
        const auto size = entry.file_size(ignored);
        if (::unlink(entry.path().c_str()) != 0) return base::os_error("remove", entry.path());
        gone += ignored ? 0 : size;
      }
    }
  }
  return gone;
}

}  // namespace countersign::backup
