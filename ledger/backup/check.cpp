#include "ledger/backup/check.h"

#include "ledger/backup/pieces.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace countersign::backup {
namespace {

using base::Code;
using base::fail;

/// Reads pieces, each once however many snapshots share it.
class Pieces {
 public:
  explicit Pieces(const Repository& repository) : repository_(repository) {}

  /// The piece's SHA-256; none where it is sealed and cannot be opened, but its chunks are as they were
  /// written.
  base::Result<std::optional<base::Digest>> digest(const FileEntry& entry, std::size_t index) {
    const auto size = std::min<std::uint64_t>(entry.bytes - index * kPieceBytes, kPieceBytes);
    const Key key{entry.realm, entry.page_bytes, size, entry.pieces[index]};
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    auto found = read(entry, entry.pieces[index], static_cast<std::size_t>(size));
    known_.emplace(key, found);
    return found;
  }
  std::uint64_t chunks() const { return chunks_.size(); }

 private:
  using Key = std::tuple<Realm, std::uint32_t, std::uint64_t, std::vector<base::Digest>>;

  base::Result<std::optional<base::Digest>> read(const FileEntry& entry,
                                                 const std::vector<base::Digest>& chunks, std::size_t size) {
    const auto& store = repository_.chunks();
    PieceBuilder builder(size, entry.page_bytes);
    bool opened = true;
    for (const auto& digest : chunks) {
      const ChunkId id{entry.realm, digest};
      chunks_.insert(id);
      auto payload = store.get(id);
      if (!payload && payload.error().code == Code::failed_precondition) {
        opened = false;
        TRY(store.check(id));
        continue;
      }
      if (!payload) return fail(payload.error());
      if (auto added = builder.add(*payload); !added) return fail(store.path_of(id).string(), added.error());
    }
    if (!opened) return std::optional<base::Digest>();
    TRY_ASSIGN(const auto piece, builder.finish());
    return std::optional(crypto::sha256(piece));
  }

  const Repository& repository_;
  std::map<Key, base::Result<std::optional<base::Digest>>> known_;
  std::set<ChunkId> chunks_;
};

}  // namespace

bool CheckReport::whole() const {
  return std::all_of(snapshots.begin(), snapshots.end(),
                     [](const SnapshotState& state) { return state.faults.empty(); });
}

base::Result<CheckReport> check_repository(const Repository& repository, const Progress& progress) {
  constexpr std::size_t kFaultsMax = 10;
  TRY_ASSIGN(const auto ids, repository.list());
  CheckReport report;
  report.opened = repository.has_key();
  Pieces pieces(repository);
  std::uint64_t done = 0;
  for (const auto& id : ids) {
    auto& state = report.snapshots.emplace_back();
    state.id = id;
    const auto manifest = repository.read(id);
    if (!manifest) {
      state.faults.push_back(manifest.error().message);
      continue;
    }
    for (const auto& entry : manifest->files) {
      crypto::Sha256 all;
      bool comparable = true;
      for (std::size_t i = 0; i < entry.pieces.size(); ++i) {
        const auto digest = pieces.digest(entry, i);
        comparable = comparable && digest && *digest;
        if (!digest && state.faults.size() < kFaultsMax)
          state.faults.push_back(fmt::format("{}: {}", entry.name, digest.error().message));
        if (digest && *digest) all.update((*digest)->view());
        if (progress) progress(++done, 0);
      }
      if (comparable && all.finish() != entry.digest)
        state.faults.push_back(fmt::format("{}: it is not what was backed up", entry.name));
    }
  }
  report.chunks = pieces.chunks();
  return report;
}

std::string another_whole_snapshot(const Repository& repository, const std::string& damaged) {
  const auto report = check_repository(repository, {});
  if (!report) return {};
  const auto& all = report->snapshots;
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const SnapshotState& state) {
    return state.id != damaged && state.faults.empty();
  });
  return found == all.rend() ? std::string() : found->id;
}

}  // namespace countersign::backup
