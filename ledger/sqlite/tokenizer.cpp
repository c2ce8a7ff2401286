#include "ledger/sqlite/tokenizer.h"

#include <fmt/format.h>

#include <sqlite3.h>

#include <array>

namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

auto failure(int result) {
  return fail(Code::internal, fmt::format("SQLite's tokenizer: {}", sqlite3_errstr(result)));
}

/// As "Extending FTS5" says: a connection gives its interface through a pointer that is bound to `fts5(?1)`.
fts5_api* interface_of(sqlite3* db) {
  sqlite3_stmt* statement = nullptr;
  fts5_api* api = nullptr;
  if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return api;
}

/// The words of one call; those of the call before are written over, so that no memory is taken anew.
struct Taken {
  std::vector<std::string>* words;
  std::size_t count;
};

int take(void* context, int /*flags*/, const char* token, int bytes, int /*start*/, int /*end*/) {
  auto& taken = *static_cast<Taken*>(context);
  if (taken.count == taken.words->size()) taken.words->emplace_back();
  (*taken.words)[taken.count++].assign(token, static_cast<std::size_t>(bytes));
  return SQLITE_OK;
}

}  // namespace

struct Tokenizer::Impl {
  std::unique_ptr<sqlite3, Closer> db;
  fts5_tokenizer functions{};
  Fts5Tokenizer* instance = nullptr;
  ~Impl() {
    if (instance != nullptr) functions.xDelete(instance);
  }
};

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

base::Result<Tokenizer> Tokenizer::open(std::string_view characters) {
  auto impl = std::make_unique<Impl>();
  sqlite3* raw = nullptr;
  int result = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  impl->db.reset(raw);
  if (result != SQLITE_OK) return failure(result);
  fts5_api* api = interface_of(raw);
  if (api == nullptr) return fail(Code::internal, "this SQLite has no FTS5");
  void* user = nullptr;
  result = api->xFindTokenizer(api, "unicode61", &user, &impl->functions);
  if (result != SQLITE_OK) return failure(result);
  const std::string extra(characters);
  std::array<const char*, 2> arguments{"tokenchars", extra.c_str()};
  result = impl->functions.xCreate(user, arguments.data(), 2, &impl->instance);
  if (result != SQLITE_OK) return failure(result);
  return Tokenizer(std::move(impl));
}

base::Result<void> Tokenizer::split(std::string_view text, std::vector<std::string>& out) {
  Taken taken{&out, 0};
  const int result = impl_->functions.xTokenize(impl_->instance, &taken, FTS5_TOKENIZE_DOCUMENT,
                                                text.data() != nullptr ? text.data() : "",
                                                static_cast<int>(text.size()), take);
  if (result != SQLITE_OK) return failure(result);
  out.resize(taken.count);
  return {};
}

}  // namespace countersign::sqlite
