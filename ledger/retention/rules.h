#pragma once

#include "ledger/base/result.h"
#include "ledger/base/span.h"
#include "ledger/base/types.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::retention {

using base::begin_of;
using base::end_of;
using base::parse_span;
using base::seconds_of;
using base::Span;

/// A rule that is named after what it serves.
struct NamedRule {
  std::string_view name;
  Span keep;
  Span at_hand;  ///< in the ledger's file; older records are sealed
  std::string_view why;
};
std::span<const NamedRule> named_rules();
/// Null where there is none of that name.
const NamedRule* find_rule(std::string_view name);

/// How many rules for types a tenant may have.
inline constexpr std::size_t kTypeRulesMax = 64;

/// The name of a rule that somebody made up.
inline constexpr std::string_view kCustomRule = "custom";

/// How long events of some types are kept, where that differs.
struct TypeRule {
  std::string types;  ///< `login.failed`, or `challenge.*` for all that begin with `challenge.`
  std::string rule;
  Span keep;

  bool covers(std::string_view type) const;
  bool operator==(const TypeRule&) const = default;
};

/// What holds for a tenant. Without a word of the operator nothing is ever retired.
struct TenantRules {
  std::string rule = "forever";
  Span keep;
  Span at_hand{12, Span::Unit::months};
  std::vector<TypeRule> types;  ///< the first that covers a type holds

  struct Kept {
    std::string_view rule;
    Span keep;
  };
  Kept kept(std::string_view type) const;
  /// How long records stay in the ledger's file: no longer than what is kept for the shortest time.
  Span stays_hot() const;
  /// How much time the records of one segment span at most, in seconds: a twelfth of what is kept for the
  /// shortest time, so that nothing is kept much longer than it must be.
  std::int64_t granule_s() const;
  bool operator==(const TenantRules&) const = default;
};

/// The rules of all tenants: a file that commands change and the daemon reads. A value.
class RuleBook {
 public:
  /// An empty book where there is no file. invalid_argument, naming what, where it does not read.
  static base::Result<RuleBook> load(const std::filesystem::path& file);
  static base::Result<RuleBook> parse(std::string_view text);
  std::string to_text() const;
  base::Result<void> save(const std::filesystem::path& file) const;
  /// Reads the book, lets `change` alter it, and writes it, unless `change` fails, under a lock on
  /// `<file>.lock`: of two at once neither is lost. unavailable where another holds it for ten seconds.
  static base::Result<void> change(const std::filesystem::path& file,
                                   const std::function<base::Result<void>(RuleBook&)>& change);

  /// What holds for a tenant, said or not.
  TenantRules of(const base::TenantId& tenant) const;
  const std::map<base::TenantId, TenantRules>& all() const { return rules_; }
  /// invalid_argument where something would be kept shorter than its named rule says, an event type is none,
  /// or more stays at hand than is kept.
  base::Result<void> set(const base::TenantId& tenant, TenantRules rules);
  void remove(const base::TenantId& tenant) { rules_.erase(tenant); }

 private:
  std::map<base::TenantId, TenantRules> rules_;
};

/// `pci_dss: 12 months, 3 months at hand; challenge.* custom: 90 days`
std::string to_string(const TenantRules& rules);

}  // namespace countersign::retention
