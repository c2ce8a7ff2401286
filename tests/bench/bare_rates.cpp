// The physical limits beside which the product is measured, over the very bytes that it has stored: SQLite
// alone inserting the same rows with the same durability, SQLite alone reading them, SHA-256 alone over them,
// zstd alone over them. Usage: bare_rates REGION_FOLDER SCRATCH_FOLDER; prints lines `<name> <records per
// second>`.

#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <zstd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace {

using namespace countersign;

constexpr std::size_t kBatch = 1000;

struct Row {
  std::int64_t place;
  std::string record;
  std::string key;
};
struct PersonalRow {
  std::string lookup, token, tenant, kind, sealed;
};

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

template <class T>
T must(base::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
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

double read_all(const std::filesystem::path& file) {
  auto ledger = must(sqlite::Connection::open(file, {}));
  auto select = must(ledger.prepare("SELECT record FROM records ORDER BY place"));
  std::size_t bytes = 0;
  const auto begun = std::chrono::steady_clock::now();
  while (must(select.step())) bytes += select.blob(0).size();
  const double seconds = seconds_since(begun);
  return bytes > 0 ? seconds : 0;
}

template <class Work>
double on_two_threads(std::size_t count, Work work) {
  const auto begun = std::chrono::steady_clock::now();
  std::thread other([&] { work(0, count / 2); });
  work(count / 2, count);
  other.join();
  return seconds_since(begun);
}

double compress_all(const std::vector<Row>& rows) {
  std::string text;
  for (const auto& row : rows) text.append(row.record).push_back('\n');
  std::vector<char> out(ZSTD_compressBound(text.size()));
  auto* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3);
  ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, 2);
  const auto begun = std::chrono::steady_clock::now();
  const auto size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  const double seconds = seconds_since(begun);
  ZSTD_freeCCtx(context);
  return ZSTD_isError(size) ? 0 : seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::filesystem::path region = argv[1], scratch = argv[2];
  const auto rows = read_rows(region / "ledger.sqlite");
  const auto personal = read_personal(region / "vault.sqlite");
  const auto count = static_cast<double>(rows.size());
  fmt::print("sqlite_insert {:.0f}\n", count / insert_all(rows, personal, scratch));
  fmt::print("sqlite_read {:.0f}\n", count / read_all(region / "ledger.sqlite"));
  fmt::print("sha256_two_threads {:.0f}\n",
             count / on_two_threads(rows.size(), [&](std::size_t first, std::size_t end) {
               base::Digest all;
               for (std::size_t i = first; i < end; ++i)
                 all.bytes[0] ^= record::record_hash(rows[i].record).bytes[0];
               if (all.bytes[0] == 1) fmt::print("");
             }));
  fmt::print("zstd_two_threads {:.0f}\n", count / compress_all(rows));
  return 0;
}
