#include "ledger/mirror/mirror_folder.h"

#include "ledger/base/file.h"
#include "ledger/tree/entry_bundle.h"
#include "ledger/tree/note.h"
#include "ledger/tree/text_rules.h"

#include <algorithm>
#include <system_error>

namespace countersign::mirror {
namespace {

namespace fs = std::filesystem;
using base::Code;
using tree::kTileWidth;
using tree::TileId;
using tree::TileKind;

constexpr const char* kCheckpoint = "checkpoint";
constexpr int kTries = 3;

TileId with_width(TileId id, unsigned width) {
  id.width = width;
  return id;
}

base::Result<std::string> bundle_of(const std::vector<std::string>& records) {
  std::string out;
  for (const auto& record : records) TRY(tree::append_entry(out, record));
  return out;
}

/// Calls `use` with the width of each partial tile that has a file in `folder`.
template <class Use>
void for_each_width(const fs::path& folder, Use use) {
  std::error_code error;
  for (fs::directory_iterator files(folder, error); !error && files != fs::directory_iterator();
       files.increment(error)) {
    const auto width = tree::parse_decimal(files->path().filename().string(), kTileWidth - 1);
    if (width && *width > 0) use(static_cast<unsigned>(*width));
  }
}

}  // namespace

fs::path MirrorFolder::file_of(const TileId& id) const {
  return folder_ / (id.kind == TileKind::entries ? tree::entries_path(id.index, id.width)
                                                 : tree::tile_path(id.level, id.index, id.width));
}

fs::path MirrorFolder::remaining_file(const TileId& id) const {
  return folder_ / remaining_path(with_width(id, kTileWidth));
}

base::Result<std::optional<std::string>> MirrorFolder::checkpoint() const {
  auto note = base::read_file(folder_ / kCheckpoint, tree::kNoteBytesMax);
  if (note) return std::optional(std::move(*note));
  if (note.error().code == Code::not_found) return std::optional<std::string>();
  return base::fail(std::move(note).error());
}

unsigned MirrorFolder::wide_enough(const TileId& id) const {
  unsigned found = 0;
  for_each_width(file_of(with_width(id, 1)).parent_path(), [&](unsigned width) {
    if (width >= id.width && (found == 0 || width < found)) found = width;
  });
  return found;
}

base::Result<std::string> MirrorFolder::read(const TileId& id) const {
  const auto fetched = [&](unsigned width) -> base::Result<std::string> {
    const auto wider = with_width(id, width);
    TRY_ASSIGN(auto bytes, base::read_file(file_of(wider), tree::kBundleBytesMax));
    if (width == id.width) return bytes;
    if (id.kind == TileKind::hashes) {
      bytes.resize(std::min(bytes.size(), std::size_t{id.width} * sizeof(base::Digest)));
      return bytes;
    }
    TRY_ASSIGN(const auto entries, tree::read_entries(bytes, id.width, tree::Bundle::beginning));
    bytes.resize(static_cast<std::size_t>(entries.back().data() + entries.back().size() - bytes.data()));
    return bytes;
  };
  auto found = fetched(id.width);
  if (found || found.error().code != Code::not_found) return found;
  if (id.width == kTileWidth) return base::fail(Code::not_found, "the mirror has no such tile");
  // A file that is found may be gone a moment later, because a wider one has taken its place.
  for (int tries = 0; tries < kTries; ++tries) {
    const auto width = wide_enough(id);
    auto wider = fetched(width == 0 ? kTileWidth : width);
    if (wider || wider.error().code != Code::not_found) return wider;
  }
  return base::fail(Code::not_found, "the mirror has no such tile");
}

Fetch MirrorFolder::fetch() const {
  return [folder = folder_](const std::string& path, std::size_t bytes_max) -> base::Result<std::string> {
    if (const auto id = tree::parse_tile_path(path)) return MirrorFolder(folder).read(*id);
    if (const auto id = parse_remaining_path(path)) {
      TRY_ASSIGN(const auto records, MirrorFolder(folder).remaining(*id));
      return bundle_of(records);
    }
    return base::read_file(folder / path, bytes_max);
  };
}

base::Result<std::vector<std::string>> MirrorFolder::remaining(const TileId& id) const {
  TRY_ASSIGN(const auto bytes, base::read_file(remaining_file(id), tree::kBundleBytesMax));
  const auto records = tree::read_entries(bytes, id.width, tree::Bundle::beginning);
  if (!records) return base::fail(Code::not_found, "less of the bundle was mirrored");
  return std::vector<std::string>(records->begin(), records->end());
}

base::Result<void> MirrorFolder::write_remaining(const TileId& id,
                                                 const std::vector<std::string>& records) const {
  TRY_ASSIGN(const auto bundle, bundle_of(records));
  const auto file = remaining_file(id);
  TRY(base::make_folders_durably(file.parent_path()));
  return base::write_file_durably(file, bundle, base::FileMode::readable);
}

std::vector<std::string> MirrorFolder::narrower_entries(const TileId& id) const {
  unsigned widest = 0;
  for_each_width(file_of(with_width(id, 1)).parent_path(), [&](unsigned width) {
    if (width < id.width) widest = std::max(widest, width);
  });
  if (widest == 0) return {};
  const auto bytes = base::read_file(file_of(with_width(id, widest)), tree::kBundleBytesMax);
  if (!bytes) return {};
  const auto records = tree::read_entries(*bytes, widest);
  return records ? std::vector<std::string>(records->begin(), records->end()) : std::vector<std::string>();
}

base::Result<void> MirrorFolder::write(const TileId& id, std::string_view bytes) const {
  const auto file = file_of(id);
  TRY(base::make_folders_durably(file.parent_path()));
  return base::write_file_durably(file, bytes, base::FileMode::readable);
}

base::Result<void> MirrorFolder::write_checkpoint(std::string_view note) const {
  TRY(base::make_folders_durably(folder_));
  return base::write_file_durably(folder_ / kCheckpoint, note, base::FileMode::readable);
}

void MirrorFolder::remove_narrower(const TileId& id) const {
  const auto folder = file_of(with_width(id, 1)).parent_path();
  std::error_code ignored;
  if (!fs::exists(file_of(id), ignored)) return;
  for_each_width(folder, [&](unsigned width) {
    if (width < id.width) fs::remove(file_of(with_width(id, width)), ignored);
  });
  if (id.width == kTileWidth) fs::remove(folder, ignored);
}

void MirrorFolder::remove_remaining(const TileId& id) const {
  std::error_code ignored;
  if (fs::exists(file_of(id), ignored)) fs::remove(remaining_file(id), ignored);
}

void MirrorFolder::for_each_missing(std::uint64_t size,
                                    const std::function<void(std::uint64_t, std::uint64_t)>& visit) const {
  std::error_code ignored;
  for (std::uint64_t index = 0; index * kTileWidth < size; ++index) {
    const TileId id{TileKind::entries, 0, index, tree::tile_width(0, index, size)};
    if (fs::exists(file_of(id), ignored)) continue;
    const auto left = remaining(id);
    const auto missing = left ? static_cast<std::uint64_t>(std::ranges::count(*left, "")) : id.width;
    if (missing > 0) visit(index, missing);
  }
}

}  // namespace countersign::mirror
