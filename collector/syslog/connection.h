#pragma once

#include "collector/http/transport.h"
#include "collector/protocols/syslog_framing.h"
#include "collector/syslog/handover.h"
#include "collector/syslog/server_core.h"

#include <boost/asio/steady_timer.hpp>

#include <bitset>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::syslog {

/// One sender from its first byte to its last: read, hand over what is whole, wait until it is taken, again.
/// Everything but start() and abandon() runs on the connection's strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `core` outlives the connection.
  Connection(ServerCore& core, http::Socket socket, std::string peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to serve; the table of the core keeps the connection alive until it ends. Any thread, once.
  void start();

  /// The server is stopping: takes what has been sent, then ends.
  void finish();
  /// Ends the connection now.
  void abort();
  /// After the I/O threads have ended: what the handler says later is dropped.
  void abandon();

  const http::Strand& strand() const { return strand_; }

 private:
  using Frames = std::vector<std::string_view>;
  using Clock = std::chrono::steady_clock;

  static http::net::awaitable<void> run(std::shared_ptr<Connection> self);
  http::net::awaitable<void> serve();
  http::net::awaitable<bool> handshake();
  http::net::awaitable<bool> receive();
  http::net::awaitable<bool> take_whole_frames();
  http::net::awaitable<bool> deliver(Frames frames);
  http::net::awaitable<Outcome> hand_over(std::vector<protocols::Message> messages);
  http::net::awaitable<void> pause(std::int64_t ms);
  http::net::awaitable<void> take_the_rest();

  /// Some of the frames of a batch, by their places.
  struct Part {
    std::size_t begin = 0, end = 0;
    std::size_t known = 0;  ///< those before were read already
  };
  std::vector<protocols::Message> read_messages(const Frames& frames, const Part& part,
                                                const protocols::ProtocolLimits& limits);
  bool shows_allowed_certificate();
  void note_malformed(const protocols::SyslogFault& fault);
  void note_framing_error(const base::Error& error, FramingError kind);
  void set_deadline();
  bool nothing_waits();
  void log(const std::string& what) const;
  void ended();

  ServerCore& core_;
  http::Strand strand_;
  http::Transport transport_;
  const std::string peer_;
  http::net::steady_timer timer_;

  std::string buffer_;
  protocols::StreamFraming framing_;
  Clock::time_point frame_begun_;  ///< of the frame that is not whole yet
  Step step_ = Step::idle;         ///< what the next read waits for
  std::shared_ptr<Handover> handover_;
  std::size_t in_hand_ = 0;  ///< messages read and not taken yet
  std::bitset<8> told_;      ///< parts of which the log was told that they are malformed
  bool pausing_ = false;     ///< before a batch is tried again
  bool draining_ = false;    ///< the server stops; what has been sent is still taken
  bool aborted_ = false;
};

}  // namespace countersign::syslog
