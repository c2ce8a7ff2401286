#include "ledger/store/ledger_reader.h"

#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"
#include "ledger/store/sealed_records.h"
#include "ledger/tree/merkle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace countersign::store {

using base::Code;
using base::Digest;
using base::fail;

base::Result<tree::KeyChain> key_chain_of(const LedgerIdentity& identity, const base::LogName& log) {
  crypto::Ed25519PublicKey log_key{}, clock_key{};
  if (identity.log_public_key.size() != log_key.size() ||
      identity.clock_public_key.size() != clock_key.size())
    return fail(Code::data_loss, "the ledger names keys of a wrong length");
  std::copy(identity.log_public_key.begin(), identity.log_public_key.end(), log_key.begin());
  std::copy(identity.clock_public_key.begin(), identity.clock_public_key.end(), clock_key.begin());
  return tree::KeyChain::make(log, log_key, clock_key, identity.rotations);
}

base::Result<std::int64_t> last_rotation(const LedgerIdentity& identity) {
  TRY_ASSIGN(const auto chain,
             key_chain_of(identity, base::log_name(identity.origin, identity.region,
                                                   base::TenantId(std::string(base::kSystemTenant)))));
  return chain.rotations().empty() ? 0 : chain.rotations().back().time;
}

static_assert(sizeof(Digest) == 32, "tiles are compared and copied as bytes");

struct LedgerReader::Impl {
  sqlite::Connection connection;
  LedgerIdentity identity;
  sqlite::Statement one;
  sqlite::Statement range;
  sqlite::Statement last;
  sqlite::Statement tile;
  sqlite::Statement newest;
  sqlite::Statement covering;
  sqlite::Statement checkpoints;
  SealedRecords sealed;

  /// Whether it got to the end; else `begin` is where a record is missing.
  base::Result<bool> read_page(const LogHead& log, std::uint64_t& begin, std::uint64_t end,
                               const Visit& visit);
  base::Result<Digest> leaf(const LogHead& log, std::uint64_t index);
  base::Result<std::vector<Digest>> entries(const LogHead& log, unsigned tile_level, std::uint64_t first,
                                            std::uint64_t count);
};

LedgerReader::LedgerReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LedgerReader::~LedgerReader() = default;
LedgerReader::LedgerReader(LedgerReader&&) noexcept = default;
LedgerReader& LedgerReader::operator=(LedgerReader&&) noexcept = default;

base::Result<LedgerReader> LedgerReader::open(const std::filesystem::path& ledger_file) {
  TRY_ASSIGN(auto ledger, sqlite::Connection::open(ledger_file, {}));
  TRY_ASSIGN(auto identity, read_identity(ledger));
  TRY_ASSIGN(auto one, ledger.prepare("SELECT record FROM records WHERE place=?1"));
  TRY_ASSIGN(auto range,
             ledger.prepare("SELECT place,record FROM records WHERE place>=?1 AND place<?2 ORDER BY place"));
  TRY_ASSIGN(auto last, ledger.prepare("SELECT max(place) FROM records WHERE place>=?1 AND place<?2"));
  TRY_ASSIGN(auto tile, ledger.prepare("SELECT hashes FROM tiles WHERE place=?1"));
  TRY_ASSIGN(auto newest, ledger.prepare("SELECT place,time,note FROM checkpoints WHERE place>=?1 AND "
                                         "place<?2 ORDER BY place DESC LIMIT 1"));
  TRY_ASSIGN(
      auto covering,
      ledger.prepare(
          "SELECT place,time,note FROM checkpoints WHERE place>=?1 AND place<?2 ORDER BY place LIMIT 1"));
  TRY_ASSIGN(
      auto checkpoints,
      ledger.prepare("SELECT place,time,note FROM checkpoints WHERE place>=?1 AND place<=?2 ORDER BY place"));
  TRY_ASSIGN(auto sealed, SealedRecords::prepare(ledger, RegionFiles::segments_of(ledger_file)));
  return LedgerReader(std::make_unique<Impl>(Impl{
      std::move(ledger), std::move(identity), std::move(one), std::move(range), std::move(last),
      std::move(tile), std::move(newest), std::move(covering), std::move(checkpoints), std::move(sealed)}));
}

const LedgerIdentity& LedgerReader::identity() const { return impl_->identity; }

base::Result<void> LedgerReader::read_identity_again() {
  TRY_ASSIGN(impl_->identity, read_identity(impl_->connection));
  return {};
}

namespace {

CheckpointRow row_of(const sqlite::Statement& statement) {
  return {index_of_place(statement.integer(0)), statement.integer(1), std::string(statement.text(2))};
}

base::Result<std::optional<CheckpointRow>> one_checkpoint(sqlite::Statement& statement, std::int64_t low,
                                                          std::int64_t high) {
  statement.bind(1, low).bind(2, high);
  TRY_ASSIGN(const bool there, statement.step());
  std::optional<CheckpointRow> row;
  if (there) row = row_of(statement);
  statement.reset();
  return row;
}

/// Only what a checkpoint covers is sealed, so no statement can claim records beyond it.
base::Result<std::uint64_t> size_of(sqlite::Statement& last, sqlite::Statement& newest, SealedRecords& sealed,
                                    std::int64_t number) {
  last.bind(1, place_of(number, 0)).bind(2, place_of(number + 1, 0));
  TRY_ASSIGN(const bool row, last.step());
  const std::uint64_t size = row && !last.is_null(0) ? index_of_place(last.integer(0)) + 1 : 0;
  last.reset();
  TRY_ASSIGN(const auto sealed_end, sealed.end_of(number));
  if (sealed_end <= size) return size;
  TRY_ASSIGN(const auto checkpoint, one_checkpoint(newest, place_of(number, 0), place_of(number + 1, 0)));
  return std::max(size, std::min(sealed_end, checkpoint ? checkpoint->size : 0));
}

}  // namespace

base::Result<std::vector<LogHead>> LedgerReader::logs() {
  std::vector<LogHead> logs;
  TRY_ASSIGN(auto statement, impl_->connection.prepare("SELECT number,name FROM logs ORDER BY number"));
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    logs.push_back({statement.integer(0), base::LogName{std::string(statement.text(1))}, 0});
  }
  for (auto& log : logs) {
    TRY_ASSIGN(log.size, size_of(impl_->last, impl_->newest, impl_->sealed, log.number));
  }
  return logs;
}

base::Result<LogHead> LedgerReader::log(const base::TenantId& tenant) {
  LogHead head;
  head.name = base::log_name(impl_->identity.origin, impl_->identity.region, tenant);
  TRY_ASSIGN(auto statement, impl_->connection.prepare("SELECT number FROM logs WHERE name=?1"));
  statement.bind_text(1, head.name.text);
  TRY_ASSIGN(const bool there, statement.step());
  if (!there)
    return fail(Code::not_found,
                fmt::format("there is no log {} yet: nothing was appended for this tenant", head.name.text));
  head.number = statement.integer(0);
  TRY_ASSIGN(head.size, size_of(impl_->last, impl_->newest, impl_->sealed, head.number));
  return head;
}

base::Result<std::string> LedgerReader::record(const LogHead& log, base::Seq seq) {
  const auto index = base::index_of(seq);
  if (index >= kLogSizeMax) return fail(Code::not_found, fmt::format("there is no record {}", index));
  // The sealed one first, as verification does: what a crash left in the table is no second truth.
  TRY_ASSIGN(const auto range, impl_->sealed.covering(log.number, index));
  if (range) return impl_->sealed.record(*range, index);
  auto& statement = impl_->one.bind(1, place_of(log.number, index));
  TRY_ASSIGN(const bool there, statement.step());
  std::string bytes;
  if (there) bytes = base::text_of(statement.blob(0));
  statement.reset();
  if (there) return bytes;
  // Sealed just now?
  TRY_ASSIGN(const auto since, impl_->sealed.covering(log.number, index));
  if (since) return impl_->sealed.record(*since, index);
  return fail(Code::not_found, fmt::format("there is no record {} in {}", index, log.name.text));
}

base::Result<bool> LedgerReader::is_sealed(const LogHead& log, base::Seq seq) {
  TRY_ASSIGN(const auto range, impl_->sealed.covering(log.number, base::index_of(seq)));
  return range != nullptr;
}

base::Result<void> LedgerReader::read_table(const LogHead& log, std::uint64_t begin, std::uint64_t end,
                                            const Visit& visit) {
  auto& range = impl_->range.bind(1, place_of(log.number, begin)).bind(2, place_of(log.number, end));
  for (;;) {
    TRY_ASSIGN(const bool row, range.step());
    if (!row) break;
    if (auto visited = visit(base::seq_at(index_of_place(range.integer(0))), base::text_of(range.blob(1)));
        !visited) {
      range.reset();
      return visited;
    }
  }
  range.reset();
  return {};
}

base::Result<bool> LedgerReader::Impl::read_page(const LogHead& log, std::uint64_t& begin, std::uint64_t end,
                                                 const Visit& visit) {
  range.bind(1, place_of(log.number, begin)).bind(2, place_of(log.number, end));
  for (; begin < end; ++begin) {
    auto row = range.step();
    if (!row) return fail(std::move(row).error());
    const bool there = *row && index_of_place(range.integer(0)) == begin;
    auto visited = there ? visit(base::seq_at(begin), base::text_of(range.blob(1))) : base::Result<void>();
    if (!there || !visited) {
      range.reset();
      if (!visited) return fail(std::move(visited).error());
      return false;
    }
  }
  range.reset();
  return true;
}

base::Result<void> LedgerReader::read(const LogHead& log, std::uint64_t begin, std::uint64_t end,
                                      const Visit& visit, const VisitRetired& retired) {
  // Pages, so that no read transaction holds up the writer's WAL for long.
  constexpr std::uint64_t kPage = 16384;
  std::optional<std::uint64_t> missed;
  while (begin < end) {
    TRY_ASSIGN(const auto range, impl_->sealed.covering(log.number, begin));
    if (range != nullptr) {
      const auto stop = std::min(end, range->end);
      TRY(impl_->sealed.read(*range, begin, stop, visit, retired));
      begin = stop;
      continue;
    }
    TRY_ASSIGN(const bool whole, impl_->read_page(log, begin, std::min(end, begin + kPage), visit));
    if (whole) continue;
    // A record that was sealed just now is found in its range the second time.
    if (missed == begin)
      return fail(Code::data_loss, fmt::format("record {} is missing from {}", begin, log.name.text));
    missed = begin;
  }
  return {};
}

base::Result<std::uint64_t> LedgerReader::retired_parts() { return impl_->sealed.retired_parts(); }

base::Result<std::vector<SegmentRange>> LedgerReader::sealed(const LogHead& log) {
  return impl_->sealed.ranges(log.number);
}

base::Result<std::optional<CheckpointRow>> LedgerReader::newest_checkpoint(const LogHead& log) {
  return one_checkpoint(impl_->newest, place_of(log.number, 0), place_of(log.number + 1, 0));
}

base::Result<std::optional<CheckpointRow>> LedgerReader::checkpoint_before(const LogHead& log,
                                                                           std::uint64_t size) {
  return one_checkpoint(impl_->newest, place_of(log.number, 0),
                        place_of(log.number, std::min(size, kLogSizeMax - 1)));
}

base::Result<std::optional<CheckpointRow>> LedgerReader::checkpoint_covering(const LogHead& log,
                                                                             std::uint64_t size) {
  return one_checkpoint(impl_->covering, place_of(log.number, std::min(size, kLogSizeMax - 1)),
                        place_of(log.number + 1, 0));
}

base::Result<void> LedgerReader::read_checkpoints(
    const LogHead& log, std::uint64_t low, std::uint64_t high,
    const std::function<base::Result<void>(const CheckpointRow&)>& visit) {
  auto& statement = impl_->checkpoints;
  statement.bind(1, place_of(log.number, low)).bind(2, place_of(log.number, std::min(high, kLogSizeMax - 1)));
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    if (auto visited = visit(row_of(statement)); !visited) {
      statement.reset();
      return visited;
    }
  }
  statement.reset();
  return {};
}

namespace {

/// Hash of the perfect subtree of `count` (a power of two) neighbours.
Digest fold(std::vector<Digest> hashes) {
  while (hashes.size() > 1) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i)
      hashes[i] = tree::node_hash(hashes[2 * i], hashes[2 * i + 1]);
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

}  // namespace

base::Result<Digest> LedgerReader::Impl::leaf(const LogHead& log, std::uint64_t index) {
  one.bind(1, place_of(log.number, index));
  TRY_ASSIGN(const bool there, one.step());
  Digest hash;
  if (there) hash = record::record_hash(base::text_of(one.blob(0)));
  one.reset();
  if (there) return hash;
  TRY_ASSIGN(const auto sealed_in, sealed.covering(log.number, index));
  if (sealed_in == nullptr || index < sealed_in->tail_begin() ||
      index - sealed_in->tail_begin() >= sealed_in->tail_hashes.size())
    return fail(Code::data_loss, fmt::format("record {} is missing from {}", index, log.name.text));
  return sealed_in->tail_hashes[index - sealed_in->tail_begin()];
}

/// Entries of one tile. A tile that is not full yet is not stored: its entries are made from records (level
/// 0), or they are the roots of the full tiles below.
base::Result<std::vector<Digest>> LedgerReader::Impl::entries(const LogHead& log, unsigned tile_level,
                                                              std::uint64_t first, std::uint64_t count) {
  std::vector<Digest> hashes(count);
  tile.bind(1, tile_place(log.number, tile_level, first / 256));
  TRY_ASSIGN(const bool stored, tile.step());
  if (stored) {
    const auto bytes = tile.blob(0);
    const bool whole = bytes.size() == std::size_t{256} * 32;
    if (whole) std::memcpy(hashes.data(), bytes.data() + (first % 256) * 32, count * 32);
    tile.reset();
    if (!whole)
      return fail(Code::data_loss,
                  fmt::format("tile {}/{} of {} has a wrong length", tile_level, first / 256, log.name.text));
    return hashes;
  }
  tile.reset();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (tile_level == 0) {
      TRY_ASSIGN(hashes[i], leaf(log, first + i));
    } else {
      TRY_ASSIGN(auto below, entries(log, tile_level - 1, (first + i) * 256, 256));
      hashes[i] = fold(std::move(below));
    }
  }
  return hashes;
}

base::Result<void> LedgerReader::read_hashes(const LogHead& log, std::uint64_t begin, std::uint64_t end,
                                             std::vector<Digest>& out) {
  while (begin < end) {
    const auto count = std::min(end, (begin / 256 + 1) * 256) - begin;
    TRY_ASSIGN(const auto hashes, impl_->entries(log, 0, begin, count));
    out.insert(out.end(), hashes.begin(), hashes.end());
    begin += count;
  }
  return {};
}

base::Result<bool> LedgerReader::has_tile(const LogHead& log, unsigned level, std::uint64_t index,
                                          std::span<const Digest, 256> hashes) {
  auto& tile = impl_->tile.bind(1, tile_place(log.number, level, index));
  TRY_ASSIGN(const bool stored, tile.step());
  const auto bytes = stored ? tile.blob(0) : base::Bytes();
  const bool same =
      bytes.size() == hashes.size_bytes() && std::memcmp(bytes.data(), hashes.data(), bytes.size()) == 0;
  tile.reset();
  return same;
}

tree::NodeSource LedgerReader::nodes(const LogHead& log) {
  return [this, log](unsigned level, std::uint64_t index) -> base::Result<Digest> {
    // A node is folded from the 2^(level mod 8) entries below it in its row of tiles.
    const std::uint64_t width = std::uint64_t{1} << (level % 8);
    TRY_ASSIGN(auto entries, impl_->entries(log, level / 8, index * width, width));
    return fold(std::move(entries));
  };
}

}  // namespace countersign::store
