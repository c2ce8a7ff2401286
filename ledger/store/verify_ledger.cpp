#include "ledger/store/verify_ledger.h"

#include "ledger/sqlite/connection.h"
#include "ledger/store/log_tail.h"
#include "ledger/store/recorded.h"
#include "ledger/store/verify_chunk.h"
#include "ledger/store/verify_keys.h"
#include "ledger/store/verify_sealed.h"
#include "ledger/store/verify_workers.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <thread>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kChunkRecords = 16'384;
constexpr std::size_t kFaultsMax = 20;

/// Where the log's chunks have been joined up to.
struct Edge {
  tree::CompactRange range;
  base::Digest last_hash;
  base::Timestamp received;
  std::vector<std::vector<base::Digest>> rows{
      1};                              ///< roots of full tiles that do not fill a tile of the level above yet
  std::vector<std::uint64_t> full{0};  ///< full tiles met, for each level above 0
  bool tiles_right = true;
  std::size_t log_key = 0;  ///< which key signed the newest checkpoint so far

  /// Takes the root of a full tile of level 0; `visit` gets the tiles of higher levels that it completes.
  void add_tile_root(const base::Digest& root, const std::function<void(const FullTile&)>& visit) {
    base::Digest entry = root;
    for (std::size_t row = 0;; ++row) {
      if (rows.size() <= row) {
        rows.emplace_back();
        full.push_back(0);
      }
      rows[row].push_back(entry);
      if (rows[row].size() < 256) return;
      const FullTile tile{static_cast<unsigned>(row + 1), full[row]++, std::move(rows[row])};
      rows[row].clear();
      visit(tile);
      entry = tree::tile_root(std::span<const base::Digest, 256>(tile.hashes.data(), 256));
    }
  }
};

/// One verification; holds what the parts of it share.
class Verification {
 public:
  Verification(LedgerReader reader, sqlite::Connection ledger, std::filesystem::path segments,
               const VerifyLedgerOptions& options)
      : reader_(std::move(reader)),
        ledger_(std::move(ledger)),
        segments_(std::move(segments)),
        options_(options) {}

  base::Result<LedgerReport> run(const std::filesystem::path& file,
                                 const std::function<void(std::uint64_t)>& progress) {
    TRY(check_schema());
    TRY_ASSIGN(heads_, reader_.logs());
    TRY_ASSIGN(keys_,
               read_key_chains(reader_, heads_, options_.log_key, [this](std::string log, std::string what) {
                 fault(std::move(log), -1, std::move(what));
               }));
    std::vector<Chunk> chunks;
    for (const auto& head : heads_) {
      for (std::uint64_t begin = 0; begin < head.size; begin += kChunkRecords)
        chunks.push_back({&head, begin, std::min(head.size, begin + kChunkRecords)});
    }
    const unsigned threads =
        options_.threads != 0 ? options_.threads : std::max(1u, std::thread::hardware_concurrency());
    // Beside the records: on its own it would leave all processors but one idle.
    auto keys = std::async(std::launch::async,
                           [this] { return sum_of_keys(ledger_, heads_, [this] { return go_on(); }); });
    {
      VerifyWorkers workers(file, std::move(chunks), keys_, threads);
      for (const auto& head : heads_) TRY(check_log(head, workers, progress));
    }
    TRY(check_keys(keys.get()));
    TRY(go_on());
    TRY(check_recorded());
    TRY(check_places());
    TRY(go_on());
    std::error_code ignored;
    if (options_.pages || std::filesystem::file_size(file, ignored) <= kPagesBytesMax) TRY(check_pages());
    return std::move(report_);
  }

 private:
  using OutsideRoots = std::multimap<std::uint64_t, std::pair<base::Digest, std::string>>;

  void fault(const std::string& log, std::int64_t seq, std::string what) {
    if (report_.faults.size() < kFaultsMax) report_.faults.push_back({log, seq, std::move(what)});
  }

  /// aborted where it is stopped.
  base::Result<void> go_on() const {
    if (options_.stopped && options_.stopped()) return fail(Code::aborted, "the verification was stopped");
    return {};
  }

  base::Result<void> check_schema() {
    TRY_ASSIGN(
        auto statement,
        ledger_.prepare("SELECT iif(typeof(sql)='text',sql,'') FROM sqlite_schema WHERE sql IS NOT NULL"));
    std::multiset<std::string> found;
    for (;;) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      found.emplace(statement.text(0));
    }
    TRY_ASSIGN(const auto version, ledger_.query_integer("PRAGMA user_version"));
    const auto& schema = ledger_schema(version);
    const std::multiset<std::string> expected(schema.begin(), schema.end());
    if (found != expected) fault("", -1, "the ledger's tables and triggers are not as they were made");
    return {};
  }

  /// Sizes at which a log's root has to be what somebody else says.
  base::Result<std::multimap<std::uint64_t, std::pair<base::Digest, std::string>>> outside_roots(
      const LogHead& head) {
    std::multimap<std::uint64_t, std::pair<base::Digest, std::string>> roots;
    for (const auto& note : options_.known_checkpoints) {
      TRY_ASSIGN(const auto body, tree::read_checkpoint_body(note));
      if (body.origin != head.name) continue;
      const auto opened = keys_.at(head.number).open(note);
      if (!opened) {
        fault(head.name.text, -1,
              "a checkpoint kept elsewhere was not signed with this ledger's key: " + opened.error().message);
        continue;
      }
      roots.emplace(body.size, std::pair{body.root, std::string("a checkpoint kept elsewhere")});
    }
    if (const auto* known = options_.heads != nullptr ? options_.heads->find(head.name) : nullptr)
      roots.emplace(known->size, std::pair{known->root, std::string("the head memory")});
    return roots;
  }

  base::Result<void> check_log(const LogHead& head, VerifyWorkers& workers,
                               const std::function<void(std::uint64_t)>& progress) {
    VerifiedLog log{head.name, head.size, 0, 0, {}};
    TRY_ASSIGN(auto outside, outside_roots(head));
    Edge edge;
    bool whole = true;
    std::uint64_t retired = 0;
    for (std::uint64_t begin = 0; begin < head.size; begin += kChunkRecords) {
      TRY(go_on());
      const auto chunk = workers.take();
      if (whole) whole = check_joint(head, begin, chunk, edge) && add_leaves(head, chunk, edge, log, outside);
      report_.bytes += chunk.bytes;
      key_sum_ += chunk.key_sum;
      retired += chunk.retired;
      done_ += chunk.leaves.size();
      if (progress) progress(done_);
    }
    const auto& range = edge.range;
    log.root = range.root();
    TRY_ASSIGN(const auto newest, reader_.newest_checkpoint(head));
    if (whole && newest && newest->size > range.size()) {
      // Signed since this began, or said to have been signed.
      TRY_ASSIGN(const auto now, reader_.log(base::tenant_of(head.name)));
      if (newest->size > now.size)
        fault(
            head.name.text, static_cast<std::int64_t>(range.size()),
            fmt::format("{} records were signed, but there are only {}: the end was removed or an older copy "
                        "was restored",
                        newest->size, now.size));
    }
    for (const auto& [size, known] : outside) {
      if (whole && size > range.size())
        fault(head.name.text, static_cast<std::int64_t>(range.size()),
              fmt::format("{} is of {} records, but there are only {}: the end was removed or an older copy "
                          "was restored",
                          known.second, size, range.size()));
    }
    report_.logs.push_back(std::move(log));
    if (whole) TRY(check_sealed(head, retired));
    return {};
  }

  base::Result<void> check_sealed(const LogHead& head, std::uint64_t retired) {
    auto checked = verify_sealed(reader_, head, segments_, options_.stopped);
    if (!checked && checked.error().code != Code::data_loss) return fail(checked.error());
    if (!checked) {
      fault(head.name.text, -1, checked.error().message);
      return {};
    }
    if (checked->retired_records != retired)
      fault(head.name.text, -1,
            fmt::format("{} records are gone, but {} were retired", retired, checked->retired_records));
    key_sum_ += checked->retired_keys;
    report_.sealed += checked->records;
    report_.retired.insert(report_.retired.end(), checked->retired.begin(), checked->retired.end());
    return {};
  }

  /// Uses ledger_, so sum_of_keys() must have ended.
  base::Result<void> check_recorded() {
    const auto system = std::find_if(heads_.begin(), heads_.end(), [](const LogHead& one) {
      return base::tenant_of(one.name).value() == base::kSystemTenant;
    });
    if (system == heads_.end() || !report_.faults.empty()) return {};
    for (const auto& head : heads_) {
      const auto recorded = store::check_recorded(reader_, ledger_, head, *system);
      if (!recorded && recorded.error().code != Code::data_loss) return fail(recorded.error());
      if (!recorded) fault(head.name.text, -1, recorded.error().message);
    }
    return {};
  }

  /// Whether a chunk is right and follows the one before it.
  bool check_joint(const LogHead& head, std::uint64_t begin, const CheckedChunk& chunk, const Edge& edge) {
    if (chunk.first_prev && *chunk.first_prev != edge.last_hash) {
      fault(head.name.text, static_cast<std::int64_t>(begin),
            "its prev is not the hash of the record before it: one of the two was altered, or a record was "
            "removed or moved");
      return false;
    }
    if (chunk.first_received && *chunk.first_received < edge.received) {
      fault(head.name.text, static_cast<std::int64_t>(begin),
            "it was received before the record in front of it");
      return false;
    }
    if (!chunk.fault.empty()) {
      fault(head.name.text, chunk.fault_seq.value_or(-1), chunk.fault);
      return false;
    }
    return true;
  }

  /// Adds a chunk to the tree: whole tiles at once, single leaves only where a root in between was signed.
  bool add_leaves(const LogHead& head, const CheckedChunk& chunk, Edge& edge, VerifiedLog& log,
                  const OutsideRoots& outside) {
    const auto check = [&](const FullTile& tile) {
      edge.tiles_right = check_tile(head, tile) && edge.tiles_right;
    };
    auto checkpoint = chunk.checkpoints.begin();
    for (std::size_t at = 0; at < chunk.leaves.size();) {
      const auto here = edge.range.size();
      const auto known = outside.upper_bound(here);
      const auto stop = std::min(checkpoint != chunk.checkpoints.end() ? checkpoint->size : UINT64_MAX,
                                 known != outside.end() ? known->first : UINT64_MAX);
      if (at / 256 < chunk.tiles.size() && stop >= here + 256 && at % 256 == 0) {
        edge.range.append_perfect(8, chunk.tiles[at / 256]);
        edge.add_tile_root(chunk.tiles[at / 256], check);
        at += 256;
      } else {
        edge.range.append(chunk.leaves[at]);
        if (++at % 256 == 0) edge.add_tile_root(chunk.tiles[at / 256 - 1], check);
      }
      const auto size = edge.range.size();
      if (checkpoint != chunk.checkpoints.end() && checkpoint->size == size) {
        if (checkpoint->root != edge.range.root()) {
          fault(head.name.text, static_cast<std::int64_t>(size) - 1,
                fmt::format("the checkpoint of size {} was signed over other records than these", size));
          return false;
        }
        if (checkpoint->log_key < edge.log_key) {
          fault(head.name.text, static_cast<std::int64_t>(size) - 1,
                fmt::format("the checkpoint of size {} is signed by a key that was retired before", size));
          return false;
        }
        edge.log_key = checkpoint->log_key;
        ++log.checkpoints;
        log.checkpointed = size;
        ++checkpoint;
      }
      for (auto root = outside.lower_bound(size); root != outside.end() && root->first == size; ++root) {
        if (root->second.first == edge.range.root()) continue;
        fault(head.name.text, static_cast<std::int64_t>(size) - 1,
              fmt::format("{} of size {} was signed over other records than these: the history was rewritten",
                          root->second.second, size));
        return false;
      }
    }
    edge.last_hash = chunk.last_hash;
    if (chunk.first_received) edge.received = chunk.last_received;
    return edge.tiles_right;
  }

  bool check_tile(const LogHead& head, const FullTile& tile) {
    const auto same = reader_.has_tile(head, tile.level, tile.index,
                                       std::span<const base::Digest, 256>(tile.hashes.data(), 256));
    if (same && *same) return true;
    fault(head.name.text, static_cast<std::int64_t>(((tile.index + 1) << (8 * (tile.level + 1))) - 1),
          fmt::format("tile {}/{} of the Merkle tree is missing or does not belong to the records",
                      tile.level, tile.index));
    return false;
  }

  base::Result<void> check_keys(const base::Result<std::uint64_t>& sum) {
    if (!sum) return fail(sum.error());
    if (*sum != key_sum_ && report_.faults.empty())
      fault("", -1,
            "the idempotency keys are not those of the records: a retry could be taken for new, or an event "
            "for a retry");
    return {};
  }

  /// Rows that belong to no log, and tiles that nothing explains.
  base::Result<void> check_places() {
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (heads_[i].number != static_cast<std::int64_t>(i))
        fault(heads_[i].name.text, -1, "the logs are not numbered without gaps");
    }
    TRY_ASSIGN(const auto version, ledger_.query_integer("PRAGMA user_version"));
    if (version >= kSealingVersion) {
      TRY_ASSIGN(const auto stray,
                 ledger_.query_integer("SELECT count(*) FROM retirements r WHERE NOT EXISTS(SELECT 1 FROM "
                                       "segments s WHERE s.first=r.first AND s.part=r.part)"));
      if (stray > 0) fault("", -1, "there are retirements of what was never sealed");
    }
    const auto end = place_of(static_cast<std::int64_t>(heads_.size()), 0);
    for (const std::string_view table : {"records", "tiles", "checkpoints"}) {
      TRY_ASSIGN(const auto low,
                 ledger_.query_integer(fmt::format("SELECT count(*) FROM {} WHERE place<0", table)));
      TRY_ASSIGN(const auto high,
                 ledger_.query_integer(fmt::format("SELECT count(*) FROM {} WHERE place>={}", table, end)));
      TRY_ASSIGN(auto logs_now, ledger_.query_integer("SELECT count(*) FROM logs"));
      if (low > 0 || (high > 0 && logs_now == static_cast<std::int64_t>(heads_.size())))
        fault("", -1, fmt::format("there are {} that belong to no log", table));
    }
    return {};
  }

  base::Result<void> check_pages() {
    TRY_ASSIGN(auto statement, ledger_.prepare("PRAGMA quick_check(1)"));
    TRY_ASSIGN(const bool row, statement.step());
    if (!row || statement.text(0) != "ok")
      fault("", -1, fmt::format("the ledger file is damaged: {}", row ? statement.text(0) : "no answer"));
    report_.pages_checked = true;
    return {};
  }

  LedgerReader reader_;
  sqlite::Connection ledger_;
  const std::filesystem::path segments_;
  const VerifyLedgerOptions& options_;
  std::vector<LogHead> heads_;
  std::map<std::int64_t, tree::KeyChain> keys_;
  LedgerReport report_;
  std::uint64_t key_sum_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

base::Result<LedgerReport> verify_ledger(const std::filesystem::path& ledger_file,
                                         const VerifyLedgerOptions& options,
                                         const std::function<void(std::uint64_t)>& progress) {
  // What is retired meanwhile was there for one part of the checks and not for another: begin anew.
  constexpr int kRounds = 3;
  for (int round = 1;; ++round) {
    TRY_ASSIGN(auto reader, LedgerReader::open(ledger_file));
    TRY_ASSIGN(auto ledger, sqlite::Connection::open(ledger_file, {}));
    TRY_ASSIGN(const auto before, reader.retired_parts());
    Verification verification(std::move(reader), std::move(ledger), RegionFiles::segments_of(ledger_file),
                              options);
    auto report = verification.run(ledger_file, progress);
    TRY_ASSIGN(auto again, LedgerReader::open(ledger_file));
    TRY_ASSIGN(const auto after, again.retired_parts());
    if (before == after || round == kRounds) return report;
  }
}

}  // namespace countersign::store
