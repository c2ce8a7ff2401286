#include "tests/ledger/mirror/served_log.h"

#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/entry_bundle.h"
#include "ledger/tree/merkle.h"

#include <fmt/format.h>

namespace countersign::testing {
namespace {

constexpr std::int64_t kTime = 1'769'851'800;

crypto::Ed25519Key key_of(std::uint8_t fill) {
  const std::vector<std::uint8_t> seed(32, fill);
  return crypto::Ed25519Key::from_seed(seed).value();
}

}  // namespace

ServedLog::ServedLog(std::string origin, std::uint8_t key)
    : origin_(std::move(origin)),
      log_key_(key_of(key)),
      clock_key_(key_of(static_cast<std::uint8_t>(key + 100))),
      rows_(1) {}

void ServedLog::add(std::string record) {
  before_ = tree::leaf_hash(record);
  records_.push_back(std::move(record));
  rows_[0].push_back(before_);
  for (std::size_t level = 0; rows_[level].size() % tree::kTileWidth == 0; ++level) {
    if (rows_.size() == level + 1) rows_.emplace_back();
    const std::span<const base::Digest> row(rows_[level]);
    rows_[level + 1].push_back(tree::tile_root(row.last<tree::kTileWidth>()));
  }
}

void ServedLog::grow(std::uint64_t count, const std::string& salt) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto seq = records_.size();
    const auto event = fmt::format(R"({{"id":"e{}{}"}})", seq, salt);
    record::RecordParts parts;
    parts.log = origin_;
    parts.seq = base::seq_at(seq);
    parts.prev = before_;
    parts.received = {kTime * 1'000'000 + static_cast<std::int64_t>(seq)};
    parts.source = "app";
    parts.proof = "token";
    parts.event = event;
    std::string out;
    record::write_record(parts, out);
    add(std::move(out));
  }
}

void ServedLog::copy_from(const ServedLog& other, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) add(other.records_[i]);
}

std::string ServedLog::publish(std::int64_t later) {
  tree::CompactRange range;
  for (const auto& leaf : rows_[0]) range.append(leaf);
  note_ = tree::sign_checkpoint({base::LogName{origin_}, records_.size(), range.root(), extensions}, log_key_,
                                clock_key_, kTime + later);
  published_ = records_.size();
  return note_;
}

std::vector<tree::NoteVerifier> ServedLog::keys() const {
  const auto both =
      tree::log_verifiers(base::LogName{origin_}, log_key_.public_key(), clock_key_.public_key()).value();
  return {both.log, both.clock};
}

base::Result<std::string> ServedLog::serve(const std::string& path) {
  const auto missing = [&] { return base::fail(base::Code::not_found, path + " is not served"); };
  if (path == "checkpoint") return note_.empty() ? base::Result<std::string>(missing()) : note_;
  const auto rest = mirror::parse_remaining_path(path);
  const auto id = rest ? rest : tree::parse_tile_path(path);
  if (!id || id->width > tree::tile_width(id->level, id->index, published_)) return missing();
  const auto first = id->index * tree::kTileWidth;
  std::string out;
  if (id->kind == tree::TileKind::entries) {
    if (rest ? !remains || first + id->width <= retired : first < retired) return missing();
    for (unsigned i = 0; i < id->width; ++i) {
      TRY(tree::append_entry(out, first + i < retired ? std::string() : records_[first + i]));
    }
    return out;
  }
  for (unsigned i = 0; i < id->width; ++i) out += base::text_of(rows_[id->level][first + i].view());
  return out;
}

mirror::Fetch ServedLog::fetch() {
  return [this](const std::string& path, std::size_t bytes_max) -> base::Result<std::string> {
    ++requests;
    ++asked[path];
    auto bytes = serve(path);
    if (bytes && change) bytes = change(path, std::move(*bytes));
    if (bytes && bytes->size() > bytes_max)
      return base::fail(base::Code::resource_exhausted, "more than was asked for");
    return bytes;
  };
}

}  // namespace countersign::testing
