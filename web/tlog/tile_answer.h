#pragma once

#include "collector/http/message.h"
#include "ledger/base/result.h"
#include "ledger/tree/tile.h"

#include <optional>
#include <string>
#include <string_view>

/// What the routes of tlog-tiles have in common.
namespace countersign::tlog {

/// Who may keep an answer: whoever passes it on, or only whoever asked.
enum class Keep { everybody, asker };

/// The tile that stands behind `tile/` in a path of tlog-tiles; empty for every other spelling.
std::optional<tree::TileId> tile_at(std::string_view rest);

/// The same behind `remaining/` (mirror::remaining_path).
std::optional<tree::TileId> remaining_at(std::string_view rest);

http::Response checkpoint_answer(base::Result<std::string> note, Keep keep);

/// A tile, which never changes. Entries are compressed where `gzip` says that the asker takes it.
http::Response tile_answer(base::Result<std::string> bytes, const tree::TileId& id, Keep keep, bool gzip);

/// What remains of a bundle, which gets less with time, so it is kept nowhere.
http::Response remaining_answer(base::Result<std::string> bytes, bool gzip);

}  // namespace countersign::tlog
