#pragma once

#include "collector/http/reply.h"
#include "collector/http/request_trace.h"
#include "collector/http/server_core.h"
#include "collector/http/transport.h"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace countersign::http {

/// One connection from its first byte to its last: read a request, have it answered, write the answer, again.
/// Everything but start() and abandon_reply() runs on the connection's strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Address = boost::asio::ip::address;

  /// `core` outlives the connection, which `core.table` has admitted from `peer`.
  Connection(ServerCore& core, Socket socket, const Address& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to serve, and keeps the connection alive until it ends. Any thread, once.
  void start();

  /// The server is stopping: ends the connection at once when it has no request in flight, and otherwise
  /// after the answer. One that is new has a moment for its first request, which is on its way.
  void finish();
  /// Ends the connection now.
  void abort();
  /// After the I/O threads have ended: answers that come later are dropped.
  void abandon_reply();

  const Strand& strand() const { return strand_; }

 private:
  enum class Progress {
    ready,     ///< go on with the request
    answered,  ///< response_ holds a refusal
    gone,      ///< the peer has closed, or a deadline has
  };

  net::awaitable<void> serve();
  net::awaitable<bool> serve_request();
  net::awaitable<Progress> read_head();
  net::awaitable<Progress> read_body();
  net::awaitable<Progress> read_chunks();
  net::awaitable<bool> ask_for_body();
  net::awaitable<void> wait_for_answer();
  net::awaitable<bool> write_answer();
  net::awaitable<bool> write_file(const FilePart& part);
  void wait_for_first_request();
  void begin_step(std::int64_t ms);
  void expire_read();
  net::awaitable<bool> receive(Step step);

  Progress take_head(std::string_view bytes);
  static Response fault();
  Progress refuse(Response response);
  Progress refuse_busy();
  Progress refuse_malformed();
  Progress refuse_framing(const Refusal& refusal);
  Progress check_admission();
  Progress refuse_too_large();
  bool grow_body(std::size_t length);
  void call_handler();
  void release_body();
  void note_age();

  static net::awaitable<void> run(std::shared_ptr<Connection> self);
  void ended();

  ServerCore& core_;
  Strand strand_;
  Transport transport_;
  const Address peer_;
  std::shared_ptr<const ClientCertificate> certificate_;  ///< of all requests
  net::steady_timer answer_timer_;  ///< also for the first request, when the server stops before it
  const std::chrono::steady_clock::time_point opened_;

  std::chrono::steady_clock::time_point step_end_;

  std::shared_ptr<const Limits> limits_;  ///< those of the present request
  std::string inbox_;                     ///< received, not yet used: the rest is the next request
  RequestHead head_;
  RequestTrace trace_;
  std::string body_;
  std::uint64_t body_bytes_max_ = 0;  ///< of the present request
  std::uint64_t body_charged_ = 0;    ///< what core_.bodies counts for body_
  std::shared_ptr<ReplySlot> slot_;
  Response response_;
  std::size_t requests_ = 0;
  bool head_only_ = false;
  bool in_flight_ = false;  ///< a request has begun to arrive and is not answered yet
  bool close_ = false;      ///< after this answer
  bool aborted_ = false;
};

}  // namespace countersign::http
