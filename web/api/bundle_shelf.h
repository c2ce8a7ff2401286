#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/record/profile.h"
#include "ledger/store/schema.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace countersign::api {

/// A bundle that was asked for over HTTP.
struct ShelvedBundle {
  enum class State { waits, making, ready, failed };  ///< `waits`: for a second person's approval

  std::string id;  ///< 32 hexadecimal digits
  std::string tenant;
  std::string from, to;                ///< RFC 3339, as asked
  std::vector<std::string> filter;     ///< member=value
  std::string query;                   ///< the question that it answers, as asked
  std::vector<std::string> report;     ///< clauses that a report in it is about, or `all`; empty: it has none
  std::string framework;               ///< of the report; empty: SOC 2
  std::vector<std::string> documents;  ///< ids of the vendor's, each with `@<version>` or without
  std::string questionnaire;           ///< id; empty: none
  record::Profile profile = record::Profile::pseudonymous;
  std::string role;      ///< of who asked
  std::string asked_by;  ///< id of the account
  std::string recipient, destination;
  base::Timestamp asked;
  State state = State::making;
  std::string why;          ///< failed: in one sentence
  std::string approved_by;  ///< id of the account
  std::uint64_t bytes = 0, records = 0;
  std::string seal;  ///< SHA-256 of tagmanifest-sha256.txt, hexadecimal
};

std::string_view to_string(ShelvedBundle::State state);

/// The bundles of a region that wait to be downloaded: `<region>/bundles/<id>.json` says what each is, and
/// `<id>.zip` is it. They are kept for a day, because they hold personal values in the clear that an erasure
/// cannot reach: whoever needs one later makes it anew, with the same records. Any thread; a bundle is
/// changed by one at a time.
class BundleShelf {
 public:
  static constexpr std::int64_t kKeptS = 24 * 3'600;
  static constexpr std::size_t kOfTenantMax = 100;

  explicit BundleShelf(const store::RegionFiles& files) : folder_(files.bundles()) {}

  /// Writes what a bundle is, durably.
  base::Result<void> put(const ShelvedBundle& bundle) const;
  /// not_found: there is none of that id and tenant.
  base::Result<ShelvedBundle> find(const std::string& tenant, const std::string& id) const;
  /// Of a tenant, newest first.
  std::vector<ShelvedBundle> list(const std::string& tenant) const;
  std::filesystem::path file(const std::string& id) const { return folder_ / (id + ".zip"); }

  /// Removes what was asked for longer than kKeptS ago. What was being made by a process that ended is
  /// failed.
  void tidy(base::Timestamp now, bool just_started) const;

  /// Removes the bundles of a tenant that show personal values: an erasure has overtaken them. unavailable
  /// where one is being made: ask again when it is.
  static base::Result<void> remove_disclosing(const store::RegionFiles& files, const std::string& tenant);

 private:
  std::vector<ShelvedBundle> all() const;
  void remove(const std::string& id) const;

  std::filesystem::path folder_;
};

}  // namespace countersign::api
