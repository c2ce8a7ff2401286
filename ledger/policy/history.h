#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::policy {

/// Where a record is.
struct RecordAt {
  std::string log;  ///< `<origin>/<region>/_system`
  std::uint64_t seq = 0;

  bool operator==(const RecordAt&) const = default;
};

/// Somebody's word that a change was looked at.
struct Review {
  base::Timestamp at;    ///< when it was received
  std::string by, role;  ///< the token of who looked, and as what: `operator` or `account`
  std::string note;      ///< what was said of it
  RecordAt record;       ///< that says so, in the first region that was read
};

/// A tenant's policies from a time on.
struct Version {
  std::string change;        ///< ChangePart::change, by which reviews name it
  base::Timestamp from;      ///< in force from then on, that moment included: when its records were received
  std::string author, role;  ///< the token of who changed it, and as what: `operator` or `account`
  std::string action;        ///< how: `policy put over HTTP`
  boost::json::object before, after;  ///< as default_policy() has them, in full
  std::vector<std::string> changes;   ///< what the records say, member by member
  std::vector<RecordAt> records;      ///< that say so, in the first region that was read
  std::vector<Review> reviews;        ///< the oldest first
};

/// One tenant's policies over time. const calls are thread-safe.
class TenantHistory {
 public:
  /// Of a tenant whose policies nobody changed.
  TenantHistory();
  /// Of versions with everything but before and after, the oldest first.
  explicit TenantHistory(std::vector<Version> versions);
  /// As if one policy, with all members of default_policy(), had held from the beginning.
  static TenantHistory always(boost::json::object policy);

  const std::vector<Version>& versions() const { return versions_; }  ///< the oldest first
  /// The policies that were in force then. Before the first change: what that and later ones say held before
  /// them, and else what default_policy() says.
  const boost::json::object& in_force(base::Timestamp time) const;

 private:
  std::vector<Version> versions_;
  boost::json::object first_;
};

/// What policies tenants had at which time, and who reviewed each change, made of `policy.changed` and
/// `policy.reviewed` records of the system log and of nothing else: so that whoever has the records, be it on
/// the appliance or far from it, judges an event by the policy of its time. Records may be added in any
/// order, and more than once, as regions repeat them. One thread at a time; const calls are thread-safe after
/// the last add().
class PolicyHistory {
 public:
  /// Adds a record, verbatim; one that is no change of a tenant's policies and no review of one, or of
  /// another log than a system log, changes nothing. data_loss where it is no record.
  base::Result<void> add(std::string_view record);

  /// The tenant's history, of what was added until now. A change of which not all records were added was not
  /// made, or not yet, and is left out. Who asks more than once keeps it.
  TenantHistory of(const base::TenantId& tenant) const;
  /// As TenantHistory::in_force.
  boost::json::object in_force(const base::TenantId& tenant, base::Timestamp time) const {
    return of(tenant).in_force(time);
  }

 private:
  struct Said {
    std::string id, context, author, role, action;
    base::Timestamp received;
    RecordAt at;
  };
  template <class What>
  using ById = std::map<base::TenantId, std::map<std::string, What>>;  ///< by the event's id
  std::vector<Review> reviews_of(const base::TenantId& tenant, std::string_view change) const;

  ById<Said> said_;
  ById<std::pair<std::string, Review>> reviews_;  ///< with what they name
};

}  // namespace countersign::policy
