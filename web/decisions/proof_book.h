#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "web/decisions/fact.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace countersign::decisions {

/// What is remembered of a person.
struct Known {
  std::vector<Fact> facts;  ///< newest record first; at most ProofBook::kFactsOfPersonMax
  bool blocked = false;     ///< deprovisioned or suspended, and not provisioned since
};

/// What the records of the last hour tell of the people of one region, by the tokens that stand for them, and
/// who is blocked, however long since. Memory only: it is made again from the ledger. One thread.
///
/// Each of an event's tokens is remembered by itself: who is asked for by an e-mail address is not found
/// where an event named him by his id alone. A token is bound to its tenant and kind by its salt, so it needs
/// neither beside it.
class ProofBook {
 public:
  /// A success is good for half an hour at most, and a lock-out ends half an hour after the last failure,
  /// which half an hour of failures may stand before.
  static constexpr std::int64_t kKeptUs = std::int64_t{3'600} * 1'000'000;
  /// The newest that are looked at; more than the failures that any policy can ask for.
  static constexpr std::size_t kFactsOfPersonMax = 256;
  static constexpr std::size_t kFactsMax = 4'000'000;  ///< about 1 GiB

  explicit ProofBook(std::size_t facts_max = kFactsMax) : facts_max_(facts_max) {}

  /// A record of the log was received then: the log's time never runs backwards.
  void heard(std::int64_t log, base::Timestamp received);

  /// Takes a fact in; of one log in the order of its records.
  void note(std::int64_t log, const Told& told);

  /// Forgets what is past, as of `now`.
  void forget_past(base::Timestamp now);

  /// What time it is for the log: `now`, but no earlier than its newest record.
  base::Timestamp time_of(std::int64_t log, base::Timestamp now) const;

  /// What is known of whom any of the tokens stands for; facts that are past may be among it.
  Known find(std::int64_t log, std::span<const base::Digest> tokens) const;

  /// False while something that may still count had to be forgotten because there was too much.
  bool is_complete(std::int64_t log, base::Timestamp now) const;

  /// Facts that are remembered, and tokens of a log that any of them stands under.
  std::size_t size() const { return size_; }
  std::size_t tokens(std::int64_t log) const;

 private:
  struct TokenHash {
    std::size_t operator()(const base::Digest& token) const noexcept {
      // A token is a SHA-256 value, so its first bytes are as good a hash as any.
      std::size_t hash = 0;
      std::memcpy(&hash, token.bytes.data(), sizeof hash);
      return hash;
    }
  };
  /// Token and the number of its newest entry. Nodes stay where they are.
  using Trails = std::unordered_map<base::Digest, std::uint64_t, TokenHash>;
  struct Entry {
    Fact fact;
    std::array<Trails::value_type*, ActorTokens::kMax> trails{};
    std::array<std::uint64_t, ActorTokens::kMax> before{};  ///< the entry before, of the same token
  };
  struct Log {
    std::deque<Entry> entries;  ///< the first has the number `first`
    std::uint64_t first = 1;
    Trails trails;
    base::Timestamp heard{INT64_MIN};
    base::Timestamp dropped{INT64_MIN};  ///< receipt of the newest entry that there was no room for
  };

  void drop_first(Log& log);
  void forget_past_of(Log& log, base::Timestamp now);
  void make_room();
  void set_block(const Told& told);

  std::size_t facts_max_;
  std::size_t size_ = 0;
  std::map<std::int64_t, Log> logs_;
  std::unordered_map<base::Digest, base::Timestamp, TokenHash> blocked_;  ///< since when, by token
};

}  // namespace countersign::decisions
