#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/privacy/subject.h"
#include "ledger/store/erasure.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace countersign::privacy {

/// Why a value is held to be a person's.
enum class Tie {
  subject,    ///< it was named
  identity,   ///< it stands beside the person's other identities in a record (user, email, phone)
  mention,    ///< it holds one of the person's identities, in whoever's record
  only_here,  ///< it stands in the person's records and in nobody else's
  shared,     ///< it stands in the person's records and in others' too: it is kept
};
std::string_view to_string(Tie tie);

/// A value that is held of a person.
struct Held {
  std::string token;
  record::Kind kind = record::Kind::user;
  Tie tie = Tie::shared;
  std::string value;          ///< an attribute is its JSON text
  std::uint64_t records = 0;  ///< of the person's that hold it
};

/// Everything that a tenant's log and vault hold of one person, as of `searched` records.
struct Person {
  std::vector<Held> values;  ///< subjects, then identities, mentions, the person's own, shared ones
  std::uint64_t records = 0;
  std::uint64_t searched = 0;

  /// What is to be erased: everything but what is shared.
  store::ErasureOrder order(const base::TenantId& tenant) const;
};

struct SearchOptions {
  /// Take the identities that stand beside a known one in a record for the same person's, and so on. Without
  /// it only records that hold a subject are the person's.
  bool follow = true;
  /// Told how much of the work is done, now and then: from 0 to 1.
  std::function<void(double done)> progress = {};
  /// Asked now and then: true ends the search with `aborted`.
  std::function<bool()> cancelled = {};
};

/// Finds a person. Reads the tenant's whole log, two times or more, and its whole vault, rather than any
/// index: what the search rests on is the evidence itself. Memory grows with what is held of the person.
/// not_found where the vault holds none of the subjects.
base::Result<Person> find_person(store::LedgerReader& ledger, vault::VaultReader& vault,
                                 const base::TenantId& tenant, std::span<const Subject> subjects,
                                 const SearchOptions& options);

}  // namespace countersign::privacy
