#include "web/tlog/log_tiles.h"

#include "ledger/tree/entry_bundle.h"
#include "ledger/witness/cosignature_book.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <vector>

namespace countersign::tlog {

using base::Code;
using base::fail;
using tree::kTileWidth;

base::Result<LogTiles> LogTiles::open(const store::RegionFiles& files) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  return LogTiles(std::move(ledger), files.folder);
}

base::Result<std::string> LogTiles::checkpoint(const base::TenantId& tenant) {
  TRY_ASSIGN(const auto log, ledger_.log(tenant));
  TRY_ASSIGN(auto newest, ledger_.newest_checkpoint(log));
  if (!newest)
    return fail(Code::not_found,
                "no checkpoint of the log is published yet; the first one is a second or so "
                "after the first record");
  auto cosigned = witness::with_cosignatures(folder_, log.name, newest->size, newest->note);
  if (cosigned) return cosigned;
  spdlog::error("the cosignatures of {} cannot be read: {}", log.name.text, cosigned.error().message);
  return std::move(newest->note);
}

/// The log, where a published checkpoint covers the tile.
base::Result<store::LogHead> LogTiles::covering(const base::TenantId& tenant, const tree::TileId& id) {
  TRY_ASSIGN(auto log, ledger_.log(tenant));
  TRY_ASSIGN(const auto newest, ledger_.newest_checkpoint(log));
  if (newest && id.width <= tree::tile_width(id.level, id.index, newest->size)) return log;
  return fail(Code::not_found, "no published checkpoint of the log covers that tile");
}

base::Result<std::string> LogTiles::tile(const base::TenantId& tenant, const tree::TileId& id) {
  TRY_ASSIGN(const auto log, covering(tenant, id));
  return id.kind == tree::TileKind::entries ? entries(log, id) : hashes(log, id);
}

base::Result<std::string> LogTiles::remaining(const base::TenantId& tenant, const tree::TileId& id) {
  TRY_ASSIGN(const auto log, covering(tenant, id));
  TRY_ASSIGN(const auto all, records(log, id));
  std::string out;
  bool any = false;
  for (const auto& record : all) {
    any = any || !record.empty();
    TRY(tree::append_entry(out, record));
  }
  if (any) return out;
  return fail(Code::not_found,
              "all records of that bundle were retired; the tile of their hashes is still there");
}

base::Result<std::string> LogTiles::hashes(const store::LogHead& log, const tree::TileId& id) {
  const auto first = id.index * kTileWidth;
  std::vector<base::Digest> hashes;
  hashes.reserve(id.width);
  if (id.level == 0) {
    TRY(ledger_.read_hashes(log, first, first + id.width, hashes));
  } else {
    const auto nodes = ledger_.nodes(log);
    for (unsigned i = 0; i < id.width; ++i) {
      TRY_ASSIGN(const auto hash, nodes(8 * id.level, first + i));
      hashes.push_back(hash);
    }
  }
  std::string out;
  for (const auto& hash : hashes) out += base::text_of(hash.view());
  return out;
}

base::Result<std::vector<std::string>> LogTiles::records(const store::LogHead& log, const tree::TileId& id) {
  const auto first = id.index * kTileWidth;
  std::vector<std::string> out(id.width);
  TRY(ledger_.read(
      log, first, first + id.width,
      [&](base::Seq seq, std::string_view record) -> base::Result<void> {
        out[base::index_of(seq) - first] = record;
        return {};
      },
      [](base::Seq) { return base::Result<void>(); }));
  return out;
}

base::Result<std::string> LogTiles::entries(const store::LogHead& log, const tree::TileId& id) {
  TRY_ASSIGN(const auto all, records(log, id));
  std::string out;
  for (const auto& record : all) {
    if (record.empty())
      return fail(Code::not_found,
                  "records of that bundle were retired; the tile of its hashes is still there");
    TRY(tree::append_entry(out, record));
  }
  return out;
}

}  // namespace countersign::tlog
