#include "ledger/backup/restore.h"

#include "ledger/backup/pieces.h"
#include "ledger/backup/snapshot.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/vault_writer.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <set>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

using TakePiece = std::function<base::Result<void>(std::string_view piece)>;

/// Reads one file piece by piece and checks it.
base::Result<void> read_file(const Repository& repository, const FileEntry& entry, const TakePiece& take) {
  crypto::Sha256 all;
  std::uint64_t left = entry.bytes;
  for (const auto& chunks : entry.pieces) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPieceBytes));
    PieceBuilder builder(size, entry.page_bytes);
    for (const auto& digest : chunks) {
      const ChunkId id{entry.realm, digest};
      TRY_ASSIGN(const auto payload, repository.chunks().get(id));
      if (auto added = builder.add(payload); !added)
        return fail(repository.chunks().path_of(id).string(), added.error());
    }
    TRY_ASSIGN(const auto piece, builder.finish());
    all.update(crypto::sha256(piece).view());
    TRY(take(piece));
    left -= size;
  }
  if (all.finish() != entry.digest) return fail(Code::data_loss, "it is not what was backed up");
  return {};
}

/// Says which file of which snapshot it was.
base::Result<void> named(base::Result<void> done, const Manifest& manifest, const FileEntry& entry) {
  if (done || done.error().code != Code::data_loss) return done;
  return fail(Code::data_loss, fmt::format("{} of the snapshot {} cannot be restored: {}", entry.name,
                                           manifest.id, done.error().message));
}

}  // namespace

base::Result<void> restore_files(const Repository& repository, const Manifest& manifest,
                                 const fs::path& folder, const Progress& progress) {
  std::uint64_t written = 0;
  for (const auto& entry : manifest.files) {
    if (entry.name == kSmallFiles) continue;
    const auto path = folder / entry.name;
    TRY(base::make_folders_durably(path.parent_path()));
    const auto mode = static_cast<unsigned>(entry.realm == Realm::sealed ? 0600 : 0640);
    TRY_ASSIGN(auto file, base::OpenFile::open(path, O_WRONLY | O_CREAT | O_EXCL, mode));
    const auto take = [&](std::string_view piece) -> base::Result<void> {
      TRY(file.write(piece));
      written += piece.size();
      if (progress) progress(written, manifest.bytes());
      return {};
    };
    TRY(named(read_file(repository, entry, take), manifest, entry));
    TRY(file.sync());
    TRY(file.close());
    TRY_ASSIGN(auto parent, base::OpenFile::open(path.parent_path(), O_RDONLY | O_DIRECTORY));
    TRY(parent.sync());
  }
  return {};
}

base::Result<SmallFiles> read_small_files(const Repository& repository, const Manifest& manifest) {
  const auto* entry = manifest.file(kSmallFiles);
  if (entry == nullptr)
    return fail(Code::data_loss, fmt::format("the snapshot {} has no {}", manifest.id, kSmallFiles));
  std::string text;
  TRY(named(read_file(repository, *entry,
                      [&](std::string_view piece) -> base::Result<void> {
                        text += piece;
                        return {};
                      }),
            manifest, *entry));
  return parse_small_files(text);
}

base::Result<SmallFiles::Folder> all_erasures(const Repository& repository) {
  SmallFiles::Folder all;
  std::set<base::Digest> seen;
  TRY_ASSIGN(const auto ids, repository.list());
  for (const auto& id : ids) {
    const auto manifest = repository.read(id);
    const auto* entry = manifest ? manifest->file(kSmallFiles) : nullptr;
    if (entry == nullptr || !seen.insert(entry->digest).second) continue;
    auto files = read_small_files(repository, *manifest);
    if (files) all.merge(files->erasures);
  }
  return all;
}

base::Result<std::uint64_t> replay_erasures(const fs::path& vault_file, const vault::Kek& key_encryption_key,
                                            const std::vector<privacy::Erasure>& erasures) {
  TRY_ASSIGN(const auto keys, vault::open_keys(vault_file, key_encryption_key));
  TRY_ASSIGN(auto vault, vault::VaultWriter::open(vault_file, keys, crypto::system_entropy()));
  std::uint64_t gone = 0;
  TRY(vault.begin());
  for (const auto& erasure : erasures) {
    for (const auto& token : erasure.tokens) {
      TRY_ASSIGN(const bool erased, vault.erase(erasure.tenant.value(), token));
      gone += erased ? 1 : 0;
    }
  }
  TRY(vault.commit());
  TRY(vault.rewrap(key_encryption_key));
  TRY(vault.empty_wal());
  TRY(vault.scrub());
  return gone;
}

}  // namespace countersign::backup
