#pragma once

#include "exporters/jsonl/retired.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::verify {

enum class CheckState {
  passed,
  failed,
  not_claimed,  ///< the bundle does not say it: a bundle without a timestamp
  not_checked,  ///< the reader gave nothing to compare with
};

struct Check {
  std::string name;  ///< a word for programs: `file_hashes`
  CheckState state = CheckState::passed;
  std::string sentence;  ///< plain words for people
};

/// One of the four things that a bundle is made to prove.
struct Promise {
  std::string word;  ///< `complete`, `unaltered`, `signed by`, `existed before`
  bool proven = false;
  std::string sentence;  ///< what exactly is proven, or why it is not
};

enum class Verdict {
  verified,                         ///< all claims hold, and the signer is one whom the reader named
  intact_but_identity_not_checked,  ///< all claims hold, but whose they are was not or not fully checked
  failed,                           ///< something is wrong
};

std::string_view to_string(CheckState state);
std::string_view to_string(Verdict verdict);

/// The first record, by sequence number, that is wrong.
struct WrongRecord {
  std::uint64_t seq = 0;
  std::string why;
};

/// What a verification found.
struct VerifyReport {
  Verdict verdict = Verdict::failed;
  std::string sentence;  ///< the whole in one sentence
  std::vector<Check> checks;
  std::vector<Promise> promises;
  std::optional<WrongRecord> first_wrong;

  // What the bundle says of itself, as far as it could be read; empty or zero else.
  std::string log;
  std::optional<jsonl::Period> period;
  std::uint64_t records = 0;
  std::uint64_t withheld = 0;
  std::uint64_t disclosures = 0;
  std::uint64_t masks = 0;
  std::string profile;             ///< of personal values; empty: not read
  std::string recipient;           ///< whom the operator says that it is for
  bool boundary_withheld = false;  ///< the period's ends are the operator's statement
  std::string signer;              ///< subject of the certificate that signed
  std::string signer_fingerprint;  ///< hexadecimal SHA-256
  std::optional<base::Timestamp> timestamp;
  std::vector<jsonl::RetiredPart> retired;  ///< records of the run that the log no longer keeps

  const Check* find(std::string_view name) const;
  bool has(CheckState state) const;
  boost::json::object to_json() const;
};

}  // namespace countersign::verify
