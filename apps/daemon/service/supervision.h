#pragma once

#include "apps/daemon/service/notify_socket.h"
#include "apps/daemon/service/passed_sockets.h"
#include "ledger/base/result.h"
#include "ledger/store/work.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// What a service manager such as systemd is told of the daemon (sd_notify(3), sd_watchdog_enabled(3)): when
/// it serves, reloads and stops, a line on how it is, and that it is alive. Where nobody listens it says
/// nothing. The main thread's.
///
/// The daemon is alive while its main loop calls look() and the ledger thread of each region gets on: each is
/// asked, every few seconds, for a sign between two commits, and only when all have given it `WATCHDOG=1` is
/// sent. There is no bound of its own here: how long a disk may take is what the service manager allows
/// (WatchdogSec=), so there is one number, and it stands in the unit.
class Supervision {
 public:
  using Steady = std::chrono::steady_clock;

  /// A region's ledger thread.
  struct Ledger {
    std::string region;
    std::function<base::Result<void>(store::Work)> add_work;  ///< store::Writer::add_work
  };

  /// For process `self`. invalid_argument: $NOTIFY_SOCKET is no address.
  static base::Result<Supervision> open(const Environment& environment, int self);

  /// The daemon serves. `ledgers` are asked from now on.
  void ready(std::vector<Ledger> ledgers, Steady::time_point now);
  /// It reads its configuration anew, and has done so.
  void reloading(Steady::time_point now);
  void reloaded();
  /// It stops, or could not start because of `why`.
  void stopping();
  void failed(const std::string& why);

  /// Once a second, between ready() and stopping(). `wrong`: what does not go well at the moment, in words
  /// that hold nothing personal.
  void look(const std::vector<std::string>& wrong, Steady::time_point now);

  /// unavailable names a region whose ledger thread owes its sign for longer than half a minute.
  base::Result<void> check(Steady::time_point now) const;
  /// What became of the last datagram.
  const base::Result<void>& sent() const { return sent_; }

 private:
  /// A ledger thread's sign. It outlives the question, which the thread may come to late.
  struct Sign {
    std::size_t logs = 0;
    std::int64_t newest_checkpoint = 0;  ///< POSIX seconds, 0: none
    std::atomic<bool> given{false};      ///< written last
  };
  struct Asked {
    Ledger ledger;
    std::shared_ptr<Sign> sign;
  };

  Supervision(NotifySocket socket, std::chrono::microseconds allowed);
  void ask(Steady::time_point now);
  bool all_have_answered() const;
  std::string status(const std::vector<std::string>& wrong) const;
  void send(std::string_view lines);

  NotifySocket socket_;
  std::chrono::microseconds allowed_;  ///< between two signs of life; 0: nobody watches
  Steady::duration pause_;             ///< between two rounds
  std::vector<Asked> asked_;
  Steady::time_point asked_at_{};
  bool answered_ = false;  ///< the round is over
  std::size_t logs_ = 0;   ///< of the last whole round
  std::int64_t newest_checkpoint_ = 0;
  std::string told_;  ///< the status that was sent last
  base::Result<void> sent_;
};

}  // namespace countersign::apps
