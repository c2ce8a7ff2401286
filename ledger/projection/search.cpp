#include "ledger/projection/search.h"

#include "ledger/projection/columns.h"
#include "ledger/projection/facets.h"
#include "ledger/projection/selection.h"
#include "ledger/projection/words.h"
#include "ledger/store/schema.h"

#include <algorithm>

namespace countersign::projection {

using base::Code;
using base::fail;

struct Searcher::Impl {
  sqlite::Connection connection;
  ReceivedReader received;
  sqlite::Tokenizer tokenizer;
};

Searcher::Searcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Searcher::~Searcher() = default;
Searcher::Searcher(Searcher&&) noexcept = default;
Searcher& Searcher::operator=(Searcher&&) noexcept = default;

base::Result<Searcher> Searcher::open(const std::filesystem::path& index_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(index_file, {}));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA user_version"));
  if (version == 0) return fail(Code::unavailable, "the index is being made; search again in a moment");
  if (version != kIndexVersion)
    return fail(Code::failed_precondition,
                "the index has another version; it is made anew when countersignd starts");
  TRY_ASSIGN(auto received, ReceivedReader::open(index_file));
  TRY_ASSIGN(auto tokenizer, sqlite::Tokenizer::open(kWordCharacters));
  return Searcher(
      std::make_unique<Impl>(Impl{std::move(connection), std::move(received), std::move(tokenizer)}));
}

base::Result<SearchAnswer> Searcher::search(const SearchRequest& request, const FindToken& find_token) {
  const auto begun = std::chrono::steady_clock::now();
  auto& index = impl_->connection;
  TRY_ASSIGN(const auto view, sqlite::Transaction::begin(index, sqlite::Transaction::Kind::read));
  TRY_ASSIGN(auto places, places_of(index, impl_->received, request.log, request.from, request.before));
  SearchAnswer out;
  if (places.empty()) return out;
  out.newest = store::index_of_place(places.high);
  if (request.below && *request.below < store::kLogSizeMax)
    places.high = std::min(places.high, store::place_of(request.log, *request.below));
  if (request.above)
    places.low = std::max(places.low,
                          store::place_of(request.log, std::min(*request.above, store::kLogSizeMax - 2) + 1));
  out.searched_to = store::index_of_place(places.low);
  TRY_ASSIGN(auto conditions, Conditions::of(request.terms, find_token));
  if (!conditions) return out;
  TRY_ASSIGN(auto selection, Selection::make(index, impl_->tokenizer, std::move(*conditions), places, {}));
  for (;;) {
    TRY_ASSIGN(const auto step, selection.step());
    if (step == Selection::Step::end) return out;
    if (step == Selection::Step::record) out.hits.push_back(store::index_of_place(selection.place()));
    if (selection.looked_to() <= places.low) continue;
    const bool late = request.budget && std::chrono::steady_clock::now() - begun >= *request.budget;
    if (!late && out.hits.size() < request.hits_max) continue;
    out.searched_to = store::index_of_place(selection.looked_to());
    out.next = out.searched_to;
    return out;
  }
}

base::Result<Facets> Searcher::count(const FacetRequest& request, const FindToken& find_token) {
  TRY_ASSIGN(const auto view, sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::read));
  return FacetCount(impl_->connection, impl_->received, impl_->tokenizer, request).count(find_token);
}

}  // namespace countersign::projection
