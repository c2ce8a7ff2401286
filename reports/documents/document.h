#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The vendor's documents: what others have attested of it, and what it attests itself.
namespace countersign::documents {

/// What a document may be.
inline constexpr std::array<std::string_view, 12> kKinds = {
    "soc2-type2",     "soc2-type1",       "iso27001",  "hipaa-baa",   "pci-aoc", "gdpr-dpa",
    "sub-processors", "penetration-test", "insurance", "attestation", "policy",  "other"};
bool is_kind(std::string_view text);

/// Who may have it: everybody who signs in; auditors once they have accepted the NDA; no auditor.
enum class Confidentiality { open, nda, internal };
/// `public`, `nda`, `internal`.
std::string_view to_string(Confidentiality confidentiality);
std::optional<Confidentiality> parse_confidentiality(std::string_view text);

/// A day of the calendar, in UTC.
struct Day {
  std::int64_t number = 0;  ///< days since 1970-01-01

  auto operator<=>(const Day&) const = default;
};
/// The day on which an instant falls.
Day day_of(base::Timestamp time);
/// Reads `2026-12-31` and nothing else, from 1970-01-01 to 9999-12-31. invalid_argument.
base::Result<Day> parse_day(std::string_view text);
std::string format_day(Day day);

/// How something stands on a day. `missing`: no version of it is there that was not withdrawn.
enum class State { valid, expired, not_yet, missing };
/// `valid`, `expired`, `not-yet`, `missing`.
std::string_view to_string(State state);

struct Withdrawal {
  base::Timestamp time;
  std::string by, reason;
};

/// One file that was added. Nothing of it changes but that it is withdrawn.
struct Version {
  std::int64_t number = 0;  ///< from 1
  base::Digest sha256;      ///< of the contents
  std::uint64_t bytes = 0;
  std::string media_type;          ///< as the contents say (contents.h)
  std::string file_name;           ///< clean_file_name() of what the sender called it
  std::string issuer;              ///< who has signed it; may be empty
  std::optional<Day> valid_from;   ///< the first day on which it holds; empty: ever since
  std::optional<Day> valid_until;  ///< the last one; empty: without an end
  base::Timestamp added;
  std::string added_by;            ///< an account's id, or the account of the machine
  std::vector<std::string> notes;  ///< what could not be looked into
  std::optional<Withdrawal> withdrawn;
  bool has_contents = true;  ///< false where they were removed; the hash stays

  bool holds_on(Day day) const {
    return (!valid_from || *valid_from <= day) && (!valid_until || day <= *valid_until);
  }
};

struct Document {
  std::string id;  ///< as crypto::random_id()
  std::string kind, title;
  std::string owner;  ///< an account's id, or the name of an operator or of an account of the machine
  Confidentiality confidentiality = Confidentiality::internal;
  std::vector<std::int64_t> remind_days;  ///< before the last day, the earliest first
  bool is_nda = false;                    ///< its text is what auditors accept
  base::Timestamp added;
  std::string added_by;
  std::vector<Version> versions;  ///< the oldest first

  const Version* version(std::int64_t number) const;
};

/// How a document stands, and by which of its versions; null where it is missing.
struct Standing {
  State state = State::missing;
  const Version* version = nullptr;
};

/// By the newest version that is not withdrawn and holds on that day; where none does, by the newest one that
/// did before (expired), else by the newest one that will (not yet). Valid as long as the document.
Standing standing_on(const Document& document, Day day);

/// `<kind>/<id>` and `<kind>/<id>/<number>`: how records name them.
std::string resource_of(const Document& document);
std::string resource_of(const Document& document, const Version& version);

}  // namespace countersign::documents
