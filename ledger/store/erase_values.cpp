#include "ledger/store/erase_values.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <algorithm>
#include <set>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

using Tokens = std::set<std::string, std::less<>>;

/// Takes out of `alone` what a record has come to hold, since the search, that names none of `certain`.
base::Result<void> keep_what_is_shared_now(const ErasureOrder& order, LogBook& book, const Tokens& certain,
                                           Tokens& alone) {
  const auto known = book.logs().find(order.tenant.value());
  if (known == book.logs().end()) return {};
  const auto& log = known->second;
  const auto size = log.tail.size();
  if (order.searched >= size) return {};
  return book.reader().read({log.number, log.name, size}, order.searched, size,
                            [&](base::Seq, std::string_view bytes) -> base::Result<void> {
                              TRY_ASSIGN(const auto view, record::read_record(bytes));
                              TRY_ASSIGN(const auto event, record::read_event(view.event));
                              bool theirs = false;
                              std::vector<std::string_view> held;
                              TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
                                theirs = theirs || certain.contains(at.token);
                                if (alone.contains(at.token)) held.push_back(at.token);
                              }));
                              if (theirs) return {};
                              for (const auto token : held) {
                                if (const auto found = alone.find(token); found != alone.end())
                                  alone.erase(found);
                              }
                              return {};
                            });
}

base::Result<std::uint64_t> erase_rows(const ErasureOrder& order, const std::vector<std::string>& tokens,
                                       vault::VaultWriter& vault) {
  std::uint64_t values = 0;
  TRY(vault.begin());
  for (const auto& token : tokens) {
    auto erased = vault.erase(order.tenant.value(), token);
    if (!erased) {
      vault.rollback();
      return fail(erased.error());
    }
    values += *erased ? 1 : 0;
  }
  auto committed = vault.commit();
  if (!committed) {
    vault.rollback();
    return fail(committed.error());
  }
  return values;
}

}  // namespace

base::Result<ErasureResult> erase_values(const ErasureOrder& order, const RememberErasure& remember,
                                         LogBook& book, vault::VaultWriter& vault) {
  const Tokens certain(order.certain.begin(), order.certain.end());
  Tokens alone(order.unless_shared.begin(), order.unless_shared.end());
  TRY(keep_what_is_shared_now(order, book, certain, alone));
  ErasureResult result;
  result.kept = order.unless_shared.size() - alone.size();
  std::vector<std::string> tokens(certain.begin(), certain.end());
  tokens.insert(tokens.end(), alone.begin(), alone.end());
  if (remember) TRY(remember(tokens));
  TRY_ASSIGN(result.values, erase_rows(order, tokens, vault));
  return result;
}

base::Result<void> leave_no_byte(vault::VaultWriter& vault) {
  if (!vault.empty_wal_at_once())
    return fail(
        Code::unavailable,
        "the values are erased, but a reader of the vault keeps older pages of its WAL; ask again when it "
        "has ended");
  return vault.scrub();
}

}  // namespace countersign::store
