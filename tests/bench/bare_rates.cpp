// The physical limits beside which the product is measured, over the very bytes that it has stored and
// exported: SQLite alone inserting the same rows with the same durability and reading them, SHA-256 alone,
// zstd alone. Usage: bare_rates REGION_FOLDER SCRATCH_FOLDER RECORDS_JSONL EVENTS_CSV; prints lines
// `<name> <records per second>`. All but the insertion run on two threads.

#include "ledger/crypto/digest.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/schema.h"
#include "ledger/tree/merkle.h"
#include "tests/bench/measure.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace {

using namespace countersign;
using bench::must;
using bench::seconds_since;

constexpr std::size_t kBatch = 1000;

struct Row {
  std::int64_t place;
  std::string record;
  std::string key;
};
struct PersonalRow {
  std::string lookup, token, tenant, kind, sealed;
};

/// Uses a value, so that the work for it is done.
template <class T>
void keep(const T& value) {
  static std::atomic<std::uint64_t> used{0};
  used.fetch_add(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
}

std::string copy_of(base::Bytes bytes) { return std::string(base::text_of(bytes)); }

std::vector<Row> read_rows(const std::filesystem::path& file) {
  auto ledger = must(sqlite::Connection::open(file, {}));
  auto select =
      must(ledger.prepare("SELECT r.place, r.record, i.key FROM records r JOIN (SELECT key, place FROM "
                          "idempotency ORDER BY place) i ON i.place = r.place ORDER BY r.place"));
  std::vector<Row> rows;
  while (must(select.step()))
    rows.push_back({select.integer(0), copy_of(select.blob(1)), copy_of(select.blob(2))});
  return rows;
}

std::vector<PersonalRow> read_personal(const std::filesystem::path& file) {
  auto vault = must(sqlite::Connection::open(file, {}));
  auto select = must(vault.prepare("SELECT lookup,token,tenant,kind,sealed FROM personal"));
  std::vector<PersonalRow> rows;
  while (must(select.step()))
    rows.push_back({copy_of(select.blob(0)), copy_of(select.blob(1)), std::string(select.text(2)),
                    std::string(select.text(3)), copy_of(select.blob(4))});
  return rows;
}

/// Both files with the schema and settings of the product, one commit in each for a batch.
double insert_all(const std::vector<Row>& rows, const std::vector<PersonalRow>& personal,
                  const std::filesystem::path& scratch) {
  must(store::create_ledger(scratch / "bare.sqlite",
                            {"x", base::RegionId("x"), std::string(32, 'k'), std::string(32, 'k')}));
  auto ledger = must(sqlite::Connection::open(scratch / "bare.sqlite",
                                              {.access = sqlite::Access::read_write, .cache_kib = 65536}));
  auto vault = must(sqlite::Connection::open(scratch / "bare_vault.sqlite",
                                             {.access = sqlite::Access::create, .cache_kib = 65536}));
  must(
      vault.execute("CREATE TABLE personal(lookup BLOB NOT NULL PRIMARY KEY, token BLOB NOT NULL, tenant "
                    "TEXT NOT NULL, kind TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
                    "CREATE UNIQUE INDEX personal_by_token ON personal(token)"));
  auto insert_record = must(ledger.prepare("INSERT INTO records VALUES(?1,?2)"));
  auto insert_key = must(ledger.prepare("INSERT INTO idempotency VALUES(?1,?2)"));
  auto insert_personal = must(vault.prepare("INSERT INTO personal VALUES(?1,?2,?3,?4,?5)"));
  const auto begun = std::chrono::steady_clock::now();
  std::size_t taken = 0;
  for (std::size_t first = 0; first < rows.size(); first += kBatch) {
    const std::size_t end = std::min(rows.size(), first + kBatch);
    const std::size_t personal_end = personal.size() * end / rows.size();
    if (taken < personal_end) {
      auto transaction = must(sqlite::Transaction::begin(vault, sqlite::Transaction::Kind::write));
      for (; taken < personal_end; ++taken) {
        const auto& row = personal[taken];
        must(insert_personal.bind_blob(1, base::bytes_of(row.lookup))
                 .bind_blob(2, base::bytes_of(row.token))
                 .bind_text(3, row.tenant)
                 .bind_text(4, row.kind)
                 .bind_blob(5, base::bytes_of(row.sealed))
                 .run());
      }
      must(transaction.commit());
    }
    auto transaction = must(sqlite::Transaction::begin(ledger, sqlite::Transaction::Kind::write));
    for (std::size_t i = first; i < end; ++i) {
      must(insert_record.bind(1, rows[i].place).bind_blob(2, base::bytes_of(rows[i].record)).run());
      must(insert_key.bind_blob(1, base::bytes_of(rows[i].key)).bind(2, rows[i].place).run());
    }
    must(transaction.commit());
    if (ledger.wal_pages() > 10'000) ledger.move_wal();
    if (vault.wal_pages() > 10'000) vault.move_wal();
  }
  return seconds_since(begun);
}

/// Seconds that two threads take for `work(half)`, half being 0 or 1.
template <class Work>
double on_two_threads(Work work) {
  const auto begun = std::chrono::steady_clock::now();
  std::thread other([&] { work(std::size_t{0}); });
  work(std::size_t{1});
  other.join();
  return seconds_since(begun);
}

double read_all(const std::filesystem::path& file, std::int64_t first, std::int64_t last) {
  return on_two_threads([&](std::size_t half) {
    auto ledger = must(sqlite::Connection::open(file, {}));
    auto select =
        must(ledger.prepare("SELECT record FROM records WHERE place>=?1 AND place<?2 ORDER BY place"));
    const auto middle = first + (last - first) / 2;
    select.bind(1, half == 0 ? first : middle).bind(2, half == 0 ? middle : last + 1);
    std::size_t bytes = 0;
    while (must(select.step())) bytes += select.blob(0).size();
    keep(bytes);
  });
}

double hash_records(const std::vector<Row>& rows) {
  return on_two_threads([&](std::size_t half) {
    for (std::size_t i = half * rows.size() / 2; i < (half + 1) * rows.size() / 2; ++i)
      keep(record::record_hash(rows[i].record).bytes[0]);
  });
}

/// A Merkle tree of n leaves has n - 1 nodes.
double hash_nodes(std::size_t count) {
  return on_two_threads([&](std::size_t) {
    base::Digest hash;
    for (std::size_t i = 0; i < count / 2; ++i) hash = tree::node_hash(hash, hash);
    keep(hash.bytes[0]);
  });
}

/// Calls `work` with the halves of both files, each half on its thread.
template <class Work>
double over_halves(const std::array<std::string_view, 2>& files, Work work) {
  return on_two_threads([&](std::size_t half) {
    for (const auto file : files) {
      const auto middle = file.size() / 2;
      work(half == 0 ? file.substr(0, middle) : file.substr(middle));
    }
  });
}

/// At the level of the product's bundles.
std::vector<char> compressed(std::string_view bytes) {
  std::vector<char> out(ZSTD_compressBound(bytes.size()));
  const auto size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1);
  if (ZSTD_isError(size) != 0) std::exit(1);
  out.resize(size);
  return out;
}

double decompress_all(const std::array<std::string_view, 2>& files) {
  std::array<std::array<std::vector<char>, 2>, 2> packed;
  for (std::size_t i = 0; i < files.size(); ++i) {
    packed[i][0] = compressed(files[i].substr(0, files[i].size() / 2));
    packed[i][1] = compressed(files[i].substr(files[i].size() / 2));
  }
  return on_two_threads([&](std::size_t half) {
    auto* stream = ZSTD_createDStream();
    std::vector<char> out(256u << 10);
    for (const auto& file : packed) {
      ZSTD_inBuffer in{file[half].data(), file[half].size(), 0};
      while (in.pos < in.size) {
        ZSTD_outBuffer piece{out.data(), out.size(), 0};
        if (ZSTD_isError(ZSTD_decompressStream(stream, &piece, &in)) != 0) std::exit(1);
      }
    }
    ZSTD_freeDStream(stream);
  });
}

/// A file in memory.
std::string_view mapped(const char* path) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0) std::exit(1);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (bytes == MAP_FAILED) std::exit(1);
  return {static_cast<const char*>(bytes), size};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::filesystem::path region = argv[1], scratch = argv[2];
  const auto rows = read_rows(region / "ledger.sqlite");
  const auto count = static_cast<double>(rows.size());
  const auto print = [&](const char* name, double seconds) {
    fmt::print("{} {:.0f}\n", name, count / seconds);
  };
  // What else the machine does only ever makes a run longer.
  const auto print_best = [&](const char* name, const auto& measure) {
    print(name, std::min({measure(), measure(), measure()}));
  };
  print("sqlite_insert", insert_all(rows, read_personal(region / "vault.sqlite"), scratch));
  print_best("sqlite_read",
             [&] { return read_all(region / "ledger.sqlite", rows.front().place, rows.back().place); });
  print_best("sha256_records", [&] { return hash_records(rows); });
  print_best("sha256_nodes", [&] { return hash_nodes(rows.size()); });
  const std::array<std::string_view, 2> files{mapped(argv[3]), mapped(argv[4])};
  print_best("sha256_files", [&] {
    return over_halves(files,
                       [](std::string_view half) { keep(crypto::sha256(base::bytes_of(half)).bytes[0]); });
  });
  print_best("zstd_compress", [&] {
    return over_halves(files, [](std::string_view half) { keep(compressed(half).size()); });
  });
  print_best("zstd_decompress", [&] { return decompress_all(files); });
  return 0;
}
