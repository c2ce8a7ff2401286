#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/record/event_schema.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

/// One condition of a search: a word of the text, or a member and its value.
struct Term {
  std::string column;  ///< of `events`; empty for a word
  std::string value;
  std::optional<record::Kind> personal;  ///< the value is personal: to be looked up in the vault
};

/// Reads a query such as `failed factor:sms actor.email:ana@example.com "export users"`: words, and members
/// by their path (`challenge.factor:sms`) or, where one member alone has it, by their name, also `source:`
/// and `proof:`. A value with spaces stands in double quotes. invalid_argument for a member that does not
/// exist, with those that do.
base::Result<std::vector<Term>> parse_query(std::string_view text);

struct SearchRequest {
  std::int64_t log = 0;  ///< LogHead::number
  std::vector<Term> terms;
  std::optional<base::Timestamp> from;    ///< received at or after
  std::optional<base::Timestamp> before;  ///< received before
  std::uint64_t hits_max = 100;
};

/// Searches the index through a read-only connection with a deadline. One thread.
class Searcher {
 public:
  /// Turns a personal value into its token; empty where the tenant's vault does not know the value.
  using FindToken =
      std::function<base::Result<std::optional<std::string>>(record::Kind, std::string_view value)>;

  static base::Result<Searcher> open(const std::filesystem::path& index_file);
  ~Searcher();
  Searcher(Searcher&&) noexcept;
  Searcher& operator=(Searcher&&) noexcept;

  /// Sequence numbers of the records that meet all terms, newest first.
  base::Result<std::vector<std::uint64_t>> search(const SearchRequest& request, const FindToken& find_token);

 private:
  struct Impl;
  explicit Searcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::projection
