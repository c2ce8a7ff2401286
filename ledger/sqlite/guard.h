#pragma once

#include "ledger/base/result.h"
#include "ledger/sqlite/connection.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace countersign::sqlite {

/// What a query of somebody else may touch.
struct GuardRules {
  std::set<std::string, std::less<>> tables;     ///< that it may read; anything else is refused
  std::set<std::string, std::less<>> functions;  ///< that it may call, in lower case
  /// Tables as large as the evidence: to go through all of one for each row of another is refused. So is
  /// going through anything else under an alias, of which a plan does not tell what it stands for.
  std::set<std::string, std::less<>> large;
};

/// Why a query was refused, and where in it.
struct Refusal {
  std::string why;
  std::size_t line = 1;  ///< from 1
};

/// Lets somebody else's queries run on a connection without trusting them. A query is one SELECT: no write,
/// no PRAGMA, no ATTACH, no recursion, no function that tells the time or chance, and no pair of large tables
/// of which each row meets each row. While it runs it may take so many steps of SQLite's machine and no more,
/// so that it ends, on every machine at the same point. One thread; the connection is used by nobody else
/// while a guard is on it.
class Guard {
 public:
  Guard(Connection& connection, GuardRules rules);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// While one lives, what runs are the owner's own statements and not somebody else's.
  class Trust {
   public:
    explicit Trust(Guard& guard) : guard_(guard) { guard_.trusted_ = true; }
    ~Trust() { guard_.trusted_ = false; }
    Trust(const Trust&) = delete;
    Trust& operator=(const Trust&) = delete;

   private:
    Guard& guard_;
  };

  /// The query, prepared; it must not outlive the guard. invalid_argument with `refusal` filled in.
  base::Result<Statement> prepare(std::string_view sql, Refusal& refusal);

  /// From now on, steps of all queries together; then they fail as resource_exhausted. 0: no end.
  void allow_steps(std::uint64_t steps);
  bool ran_out() const { return ran_out_; }

 private:
  static int authorize(void* self, int action, const char* first, const char* second, const char* database,
                       const char* inner);
  int judge(int action, std::string_view first, std::string_view second, std::string_view inner);
  base::Result<void> check_plan(std::string_view sql, Refusal& refusal);

  Connection& connection_;
  const GuardRules rules_;
  std::set<std::string, std::less<>> tables_;  ///< that there are
  std::string refused_, refused_word_;         ///< by the authorizer, of what is being prepared
  bool trusted_ = false;                       ///< while the guard itself asks, or its owner
  std::uint64_t ticks_left_ = 0;
  bool ran_out_ = false;
};

}  // namespace countersign::sqlite
