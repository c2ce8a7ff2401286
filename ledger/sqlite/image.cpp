#include "ledger/sqlite/image.h"

#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

#include <sqlite3.h>

namespace countersign::sqlite {

using base::Code;
using base::fail;

namespace {

constexpr std::int64_t kBytesMost = 2'147'000'000;  ///< of one allocation of SQLite

}  // namespace

Image::~Image() { sqlite3_free(data_); }

base::Result<SharedImage> Connection::image(std::string_view schema) {
  TRY_ASSIGN(const auto pages, query_integer(fmt::format("PRAGMA {}.page_count", schema)));
  TRY_ASSIGN(const auto page_bytes, query_integer(fmt::format("PRAGMA {}.page_size", schema)));
  if (pages * page_bytes > kBytesMost)
    return fail(Code::resource_exhausted, "the database has more than 2 GiB, and cannot be shared");
  sqlite3_int64 bytes = 0;
  auto* data = sqlite3_serialize(handle(), std::string(schema).c_str(), &bytes, 0);
  if (data == nullptr) return fail(Code::resource_exhausted, "there is no memory to share the database in");
  return SharedImage(new Image(data, static_cast<std::size_t>(bytes)));
}

base::Result<void> Connection::attach(const SharedImage& image, std::string_view name) {
  // Its pages were made here: to check each cell whenever one is looked at would cost more than the query.
  TRY(execute(fmt::format("ATTACH ':memory:' AS {0}; PRAGMA cell_size_check=OFF", name)));
  const auto bytes = static_cast<sqlite3_int64>(image->bytes_);
  const int result = sqlite3_deserialize(handle(), std::string(name).c_str(), image->data_, bytes, bytes,
                                         SQLITE_DESERIALIZE_READONLY);
  if (result != SQLITE_OK) return fail(Code::internal, fmt::format("SQLite: {}", sqlite3_errstr(result)));
  keep(image);
  // Pages are used where they lie.
  return execute(fmt::format("PRAGMA {}.mmap_size={}", name, kBytesMost));
}

}  // namespace countersign::sqlite
