#include "ledger/mirror/check_log.h"

#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/entry_bundle.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/note.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace countersign::mirror {
namespace {

using base::Code;
using base::Digest;
using tree::kTileWidth;
using tree::TileId;
using tree::TileKind;

constexpr unsigned kLevels = 8;
using Hashes = std::vector<Digest>;

/// Whether a failed fetch says something of the log, and not of the way to it.
bool is_finding(const base::Error& error) {
  return error.code == Code::not_found || error.code == Code::data_loss;
}

/// One pass over a log from its first record to its last.
class Check {
 public:
  Check(const Fetch& fetch, Entries entries, LogCheck& out) : fetch_(fetch), entries_(entries), out_(out) {}

  base::Result<void> run() {
    for (std::uint64_t first = 0; first < out_.size && !full(); first += kTileWidth) TRY(bundle(first));
    if (full()) return {};
    for (unsigned level = 0; level < kLevels; ++level)
      TRY(compare(level, tree::full_tiles(level, out_.size)));
    if (computed_.root() != out_.root) fault("the records do not hash to the root that was signed");
    return {};
  }

 private:
  bool full() const { return out_.faults.size() >= kFaultsMax; }
  void fault(std::string what) {
    if (!full()) out_.faults.push_back(std::move(what));
  }

  base::Result<void> bundle(std::uint64_t first) {
    const auto index = first / kTileWidth;
    const TileId id{TileKind::entries, 0, index, tree::tile_width(0, index, out_.size)};
    const auto bytes = fetch_tile(fetch_, id);
    if (!bytes && bytes.error().code == Code::not_found) return retired(id);
    if (!bytes && bytes.error().code != Code::data_loss) return base::fail(bytes.error());
    const auto entries = bytes ? tree::read_entries(*bytes, id.width)
                               : base::Result<std::vector<std::string_view>>(base::fail(bytes.error()));
    if (!entries) {
      fault(fmt::format("records {} to {}: {}", first, first + id.width - 1, entries.error().message));
      return retired(id);
    }
    for (const auto entry : *entries) record(entry);
    return {};
  }

  /// Records are gone: their hashes stand in the tile, which the root proves as it does the others.
  base::Result<void> retired(const TileId& id) {
    const auto bytes = fetch_tile(fetch_, {TileKind::hashes, 0, id.index, id.width});
    if (!bytes && !is_finding(bytes.error())) return base::fail(bytes.error());
    if (!bytes)
      fault(
          fmt::format("{} is not there: {}", tree::tile_path(0, id.index, id.width), bytes.error().message));
    Hashes hashes(id.width);
    if (bytes) std::memcpy(hashes.data(), bytes->data(), bytes->size());
    const auto left = fetch_(remaining_path(id), tree::kBundleBytesMax);
    if (!left && !is_finding(left.error())) return base::fail(left.error());
    const auto entries = left ? tree::read_entries(*left, id.width)
                              : base::Result<std::vector<std::string_view>>(base::fail(left.error()));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (entries && !(*entries)[i].empty()) {
        record((*entries)[i]);
      } else {
        leaf(hashes[i]);
        ++out_.missing;
      }
    }
    return {};
  }

  void record(std::string_view bytes) {
    if (entries_ == Entries::records) look_into(bytes);
    ++out_.records;
    leaf(tree::leaf_hash(bytes));
  }

  void look_into(std::string_view bytes) {
    const auto seq = computed_.size();
    const auto read = record::read_record(bytes);
    if (!read) return fault(fmt::format("record {}: {}", seq, read.error().message));
    if (base::index_of(read->seq) != seq)
      fault(fmt::format("record {} says that it is number {}", seq, base::index_of(read->seq)));
    if (read->log != out_.origin.text) fault(fmt::format("record {} is of another log", seq));
    if (read->prev == before_)
      ++out_.chained;
    else
      fault(fmt::format("record {} does not name the hash of the record before it", seq));
    if (received_ && read->received < *received_)
      fault(fmt::format("record {} was received before the record before it", seq));
    received_ = read->received;
  }

  void leaf(const Digest& hash) {
    before_ = hash;
    computed_.append(hash);
    add(0, hash);
  }

  /// The rows of the tiles, from the bottom up; a row that is full is compared and goes up as one hash.
  void add(unsigned level, const Digest& hash) {
    rows_[level].push_back(hash);
    if (rows_[level].size() < kTileWidth) return;
    const auto index = counted_[level];
    if (auto done = compare(level, index); !done && !failed_) failed_ = done.error();
    std::array<Digest, kTileWidth> row;
    std::copy(rows_[level].begin(), rows_[level].end(), row.begin());
    rows_[level].clear();
    ++counted_[level];
    if (level + 1 < kLevels) add(level + 1, tree::tile_root(row));
  }

  base::Result<void> compare(unsigned level, std::uint64_t index) {
    if (failed_) return base::fail(*failed_);
    const auto& row = rows_[level];
    if (row.empty()) return {};
    const TileId id{TileKind::hashes, level, index, static_cast<unsigned>(row.size())};
    const auto bytes = fetch_tile(fetch_, id);
    if (!bytes && !is_finding(bytes.error())) return base::fail(bytes.error());
    if (!bytes || std::memcmp(bytes->data(), row.data(), bytes->size()) != 0)
      fault(fmt::format("{} {}", tree::tile_path(level, index, id.width),
                        bytes ? "is not what the records hash to" : "is not there, or cut off"));
    return {};
  }

  const Fetch& fetch_;
  const Entries entries_;
  LogCheck& out_;
  tree::CompactRange computed_;
  Digest before_{};
  std::optional<base::Timestamp> received_;
  std::array<Hashes, kLevels> rows_;
  std::array<std::uint64_t, kLevels> counted_{};
  std::optional<base::Error> failed_;
};

}  // namespace

base::Result<LogCheck> check_log(const Fetch& fetch, std::span<const tree::NoteVerifier> keys,
                                 Entries entries) {
  TRY_ASSIGN(const auto note, fetch("checkpoint", tree::kNoteBytesMax));
  TRY_ASSIGN(const auto body, tree::read_checkpoint_body(note));
  TRY_ASSIGN(const auto opened, tree::open_checkpoint(note, body.origin, keys));
  LogCheck out;
  out.origin = body.origin;
  out.size = body.size;
  out.root = body.root;
  out.time = opened.time;
  TRY(Check(fetch, entries, out).run());
  return out;
}

}  // namespace countersign::mirror
