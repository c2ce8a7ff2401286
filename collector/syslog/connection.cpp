#include "collector/syslog/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::syslog {
namespace {

namespace net = http::net;

constexpr std::size_t kReceiveSize = 16 * 1024;  ///< the most that a TLS record holds

constexpr auto kAwait = net::as_tuple(net::use_awaitable);

}  // namespace

Connection::Connection(ServerCore& core, http::Socket socket, std::string peer)
    : core_(core),
      strand_(socket.get_executor()),
      transport_(std::move(socket), core.tls()),
      peer_(std::move(peer)),
      timer_(strand_),
      buffer_(kReceiveSize, '\0'),
      framing_({core.limits.frame_bytes_max},
               transport_.tls() ? protocols::Framings::octet_counting : protocols::Framings::either) {
  core_.metrics.open.add(1);
}

Connection::~Connection() {
  abandon();
  auto lost = static_cast<std::int64_t>(in_hand_);
  for (auto frame = framing_.next(); frame && *frame; frame = framing_.next()) ++lost;
  core_.metrics.lost.add(lost);
  core_.metrics.open.add(-1);
}

void Connection::start() {
  auto self = shared_from_this();
  net::co_spawn(strand_, run(self), [self](const std::exception_ptr& failed) {
    if (failed) self->core_.metrics.handler_failures.add();
    self->ended();
  });
}

net::awaitable<void> Connection::run(std::shared_ptr<Connection> self) { co_await self->serve(); }

void Connection::ended() {
  transport_.abort();
  core_.table.erase(shared_from_this());
}

void Connection::finish() {
  draining_ = true;
  // A read that waits ends; the next one has the deadline of a stop.
  transport_.cancel();
  if (pausing_) timer_.cancel();
}

void Connection::abort() {
  aborted_ = true;
  timer_.cancel();
  transport_.abort();
}

void Connection::abandon() {
  if (handover_) handover_->abandon();
}

void Connection::log(const std::string& what) const {
  if (core_.handler.log && core_.log_gate.open()) core_.handler.log(peer_, what);
}

net::awaitable<void> Connection::serve() {
  draining_ = draining_ || core_.stopping;
  if (transport_.tls()) {
    const bool secured = co_await handshake();
    if (!secured) co_return;
  }
  bool more = true;
  while (more) {
    more = co_await take_whole_frames();
    if (more) more = co_await receive();
  }
  if (aborted_) co_return;
  co_await transport_.close(core_.limits.linger_timeout_ms);
}

net::awaitable<bool> Connection::handshake() {
  const std::string no_name;
  transport_.expire_in(core_.limits.handshake_timeout_ms);
  const auto error = co_await transport_.handshake(http::Transport::Role::server, no_name);
  if (!error && shows_allowed_certificate()) co_return true;
  if (core_.stopping) co_return false;
  if (http::Transport::timed_out(error)) core_.metrics.count_timeout(Step::handshake);
  core_.metrics.handshake_failures.add();
  log("the TLS handshake failed: " + error.message());
  co_return false;
}

/// What the handshake has checked, once more where it counts.
bool Connection::shows_allowed_certificate() {
  const auto& allowed = core_.options.client_fingerprints;
  if (allowed.empty()) return true;
  const auto shown = transport_.certificate_digest();
  return shown && std::find(allowed.begin(), allowed.end(), *shown) != allowed.end();
}

/// Whether all that TCP has taken of the sender has been read.
bool Connection::nothing_waits() {
  // What TLS has read and not given yet cannot be seen; a read tells.
  return framing_.pending() == 0 && !transport_.tls() && transport_.is_quiet();
}

void Connection::set_deadline() {
  const auto now = Clock::now();
  const auto in = [now](std::int64_t ms) { return now + std::chrono::milliseconds(ms); };
  if (framing_.pending() == 0) frame_begun_ = now;
  step_ = framing_.pending() == 0 ? Step::idle : Step::frame;
  const auto end = step_ == Step::idle
                       ? in(core_.limits.idle_timeout_ms)
                       : frame_begun_ + std::chrono::milliseconds(core_.limits.frame_timeout_ms);
  transport_.expire_at(draining_ ? std::min(end, in(core_.limits.drain_quiet_ms)) : end);
}

/// Reads more. False when the connection is over.
net::awaitable<bool> Connection::receive() {
  while (true) {
    if (aborted_ || (draining_ && nothing_waits())) co_return false;
    set_deadline();
    const bool was_draining = draining_;
    const auto buffer = net::buffer(buffer_);
    const auto transfer = co_await transport_.read_some(buffer);
    if (transfer.size > 0) framing_.feed(std::string_view(buffer_).substr(0, transfer.size));
    if (!transfer.error) co_return true;
    // finish() has ended the read, not the sender.
    if (transfer.error == net::error::operation_aborted && draining_ && !was_draining) continue;
    if (http::Transport::timed_out(transfer.error) && !draining_) {
      core_.metrics.count_timeout(step_);
      log(step_ == Step::idle ? "closed after silence" : "closed: a message did not become whole in time");
    }
    if (!aborted_) co_await take_the_rest();
    co_return false;
  }
}

/// The sender has closed: what is left is a last line, or a frame that is cut short.
net::awaitable<void> Connection::take_the_rest() {
  const auto frame = framing_.finish();
  if (!frame) {
    note_framing_error(frame.error(), FramingError::truncated);
  } else if (*frame) {
    Frames last(1, **frame);
    co_await deliver(std::move(last));
  }
}

/// Delivers every frame that is whole. False when the connection is to end.
net::awaitable<bool> Connection::take_whole_frames() {
  while (true) {
    const auto most = core_.batch().messages_max;
    Frames frames;
    auto frame = framing_.next();
    for (; frame && *frame; frame = framing_.next()) {
      frames.push_back(**frame);
      if (frames.size() == most) break;
    }
    const bool full = frames.size() == most;
    if (!frames.empty()) {
      const bool taken = co_await deliver(std::move(frames));
      if (!taken) co_return false;
      frame_begun_ = Clock::now();
    }
    if (!frame) {
      const bool too_long = frame.error().code == base::Code::resource_exhausted;
      note_framing_error(frame.error(), too_long ? FramingError::too_long : FramingError::length);
      co_return false;
    }
    if (!full) co_return true;
  }
}

std::vector<protocols::Message> Connection::read_messages(const Frames& frames, const Part& part,
                                                          const protocols::ProtocolLimits& limits) {
  std::vector<protocols::Message> out;
  out.reserve(part.end - part.begin);
  for (auto at = part.begin; at < part.end; ++at) {
    const auto message = protocols::parse_syslog(frames[at]);
    if (message) {
      out.push_back(protocols::message_of(*message, limits));
    } else if (at >= part.known) {
      note_malformed(message.error());
    }
  }
  return out;
}

/// Hands the frames over until they are taken. False when the connection is to end.
net::awaitable<bool> Connection::deliver(Frames frames) {
  std::int64_t wait_ms = core_.limits.retry_first_ms;
  Part part;
  while (part.begin < frames.size()) {
    // What was gathered before the limit was lowered goes in parts.
    const auto batch = core_.batch();
    part.end = std::min(frames.size(), part.begin + batch.messages_max);
    // The handler keeps what it was given; to read the frames anew costs only those who must wait.
    auto messages = read_messages(frames, part, batch.protocol);
    part.known = std::max(part.known, part.end);
    const auto count = messages.size(), left = frames.size() - part.end;
    in_hand_ = count + left;
    auto outcome = Outcome::taken;
    if (count > 0) {
      const auto said = co_await hand_over(std::move(messages));
      outcome = said;
    }
    if (outcome == Outcome::taken) {
      core_.metrics.messages.add(static_cast<std::int64_t>(count));
      in_hand_ = left;
      if (aborted_ && left > 0) co_return false;
      part.begin = part.end;
      wait_ms = core_.limits.retry_first_ms;
      continue;
    }
    if (outcome == Outcome::refused) {
      log("closed: its messages are not accepted");
      co_return false;
    }
    if (aborted_) co_return false;
    core_.metrics.retries.add();
    co_await pause(wait_ms);
    if (aborted_) co_return false;
    wait_ms = std::min(wait_ms * 2, core_.limits.retry_most_ms);
  }
  co_return true;
}

net::awaitable<Outcome> Connection::hand_over(std::vector<protocols::Message> messages) {
  const auto handover = std::make_shared<Handover>([weak = weak_from_this(), strand = strand_] {
    net::post(strand, [weak] {
      if (const auto self = weak.lock()) self->timer_.cancel();
    });
  });
  handover_ = handover;
  timer_.expires_at(Clock::time_point::max());
  try {
    core_.handler.take(std::move(messages), Handover::make_done(handover));
  } catch (...) {
    // The handler's copy of Done is gone, or speaks from where it was moved to.
    core_.metrics.handler_failures.add();
  }
  if (!aborted_ && handover->begin_wait()) co_await timer_.async_wait(kAwait);
  const auto outcome = handover->take();
  handover_.reset();
  co_return outcome.value_or(Outcome::try_again);
}

net::awaitable<void> Connection::pause(std::int64_t ms) {
  timer_.expires_after(std::chrono::milliseconds(draining_ ? std::min(ms, core_.limits.drain_quiet_ms) : ms));
  pausing_ = true;
  co_await timer_.async_wait(kAwait);
  pausing_ = false;
}

void Connection::note_malformed(const protocols::SyslogFault& fault) {
  core_.metrics.count_malformed(fault.part);
  const auto part = static_cast<std::size_t>(fault.part);
  if (told_.test(part)) return;
  told_.set(part);
  log(fmt::format("a message was refused (further ones of this sort are only counted): {}",
                  fault.to_string()));
}

void Connection::note_framing_error(const base::Error& error, FramingError kind) {
  core_.metrics.count_framing_error(kind);
  log("closed: " + error.message);
}

}  // namespace countersign::syslog
