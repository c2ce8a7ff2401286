#include "collector/http/connection.h"

#include "collector/http/chunks.h"
#include "collector/http/forwarded.h"
#include "collector/http/head.h"
#include "collector/http/request_id.h"
#include "ledger/base/request_scope.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace countersign::http {
namespace {

constexpr std::size_t kReceiveSize = 4 * 1024;
constexpr std::size_t kBodyStep = 64 * 1024;
constexpr std::uint64_t kBodyBytesMaxDefault = 1u << 20;
/// For the peer of an idle connection to notice that the server stops.
constexpr std::int64_t kFarewellMs = 100;
/// For the first request of a connection that was accepted just before the server stopped.
constexpr auto kFirstRequest = std::chrono::milliseconds(1'000);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Response busy(std::string_view detail) {
  auto response = problem(503, detail);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Connection::Connection(ServerCore& core, Socket socket, const Address& peer)
    : core_(core),
      strand_(socket.get_executor()),
      transport_(std::move(socket), core.tls()),
      peer_(peer),
      answer_timer_(strand_),
      opened_(std::chrono::steady_clock::now()),
      limits_(core.limits()) {
  core_.metrics.open.add(1);
}

Connection::~Connection() {
  abandon_reply();
  release_body();
  core_.metrics.open.add(-1);
  core_.table.release(peer_);
}

void Connection::start() {
  auto self = shared_from_this();
  core_.table.insert(self);
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
  if (in_flight_) return;
  if (requests_ == 0) return wait_for_first_request();
  transport_.cancel();
}

void Connection::wait_for_first_request() {
  answer_timer_.expires_after(kFirstRequest);
  answer_timer_.async_wait([weak = weak_from_this()](const ErrorCode& ec) {
    const auto self = weak.lock();
    if (!ec && self && !self->in_flight_) self->transport_.abort();
  });
}

void Connection::abort() {
  aborted_ = true;
  answer_timer_.cancel();
  transport_.abort();
}

void Connection::abandon_reply() {
  if (slot_) slot_->abandon();
}

net::awaitable<void> Connection::serve() {
  if (core_.stopping) wait_for_first_request();
  if (transport_.tls()) {
    const std::string no_name;
    transport_.expire_in(std::min(limits_->handshake_timeout_ms, limits_->idle_timeout_ms));
    const auto error = co_await transport_.handshake(Transport::Role::server, no_name);
    if (error) {
      if (Transport::timed_out(error)) core_.metrics.count_timeout(Step::handshake);
      core_.metrics.handshake_failures.add();
      co_return;
    }
    certificate_ = transport_.client_certificate();
  }
  bool more = true;
  while (more) more = co_await serve_request();
  const bool farewell = core_.stopping && !close_;
  co_await transport_.close(farewell ? kFarewellMs : limits_->linger_timeout_ms);
}

/// True when the connection serves another request.
net::awaitable<bool> Connection::serve_request() {
  if (core_.stopping && requests_ > 0) co_return false;
  limits_ = core_.limits();
  auto progress = co_await read_head();
  if (progress == Progress::ready) progress = check_admission();
  if (progress == Progress::ready) progress = co_await read_body();
  if (progress == Progress::ready) {
    call_handler();
    co_await wait_for_answer();
  }
  if (progress == Progress::gone || aborted_) co_return false;
  note_age();
  release_body();
  const bool written = co_await write_answer();
  in_flight_ = false;
  co_return written && !close_;
}

void Connection::begin_step(std::int64_t ms) {
  step_end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

/// The deadline of the next read: the step's end, or sooner where the peer falls silent.
void Connection::expire_read() {
  const auto silence = std::chrono::steady_clock::now() + std::chrono::milliseconds(limits_->idle_timeout_ms);
  transport_.expire_at(std::min(step_end_, silence));
}

/// Appends what arrives to the inbox. False when the connection is over.
net::awaitable<bool> Connection::receive(Step step) {
  const auto have = inbox_.size();
  inbox_.resize(have + kReceiveSize);
  const auto buffer = net::buffer(inbox_.data() + have, kReceiveSize);
  expire_read();
  const auto transfer = co_await transport_.read_some(buffer);
  inbox_.resize(have + transfer.size);
  if (Transport::timed_out(transfer.error)) core_.metrics.count_timeout(step);
  co_return !transfer.error;
}

net::awaitable<Connection::Progress> Connection::read_head() {
  head_ = RequestHead();
  head_only_ = false;
  if (inbox_.empty()) {
    begin_step(limits_->idle_timeout_ms);
    const bool received = co_await receive(Step::idle);
    if (!received) co_return Progress::gone;
  }
  in_flight_ = true;
  trace_.begin(make_request_id());
  begin_step(limits_->header_timeout_ms);
  HeadScanner scanner;
  while (true) {
    const auto state = scanner.scan(inbox_);
    if (state == HeadScanner::State::complete) break;
    if (state == HeadScanner::State::malformed) co_return refuse_malformed();
    if (inbox_.size() >= limits_->head.header_bytes_max) co_return refuse_framing(too_large(inbox_));
    const bool received = co_await receive(Step::header);
    if (!received) co_return Progress::gone;
  }
  const auto progress = take_head(std::string_view(inbox_).substr(0, scanner.size()));
  inbox_.erase(0, scanner.size());
  co_return progress;
}

Connection::Progress Connection::take_head(std::string_view bytes) {
  auto parsed = parse_head(bytes, limits_->head);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return refuse_framing(*refusal);
  head_ = std::get<RequestHead>(std::move(parsed));
  head_.peer = client_address(head_, peer_, core_.proxies);
  head_.tls = transport_.tls();
  head_.certificate = certificate_;
  head_only_ = head_.method == "HEAD";
  trace_.take(head_);
  if (head_.version == Version::http_1_0 || connection_has(head_, "close")) close_ = true;
  return Progress::ready;
}

Connection::Progress Connection::refuse(Response response) {
  response_ = std::move(response);
  // What follows the header is a body that nobody reads.
  if (head_.content_length.value_or(0) > 0 || head_.chunked) close_ = true;
  return Progress::answered;
}

Connection::Progress Connection::refuse_framing(const Refusal& refusal) {
  core_.metrics.framing_errors.add();
  close_ = true;
  response_ = problem(refusal.status, refusal.detail);
  return Progress::answered;
}

Connection::Progress Connection::refuse_malformed() {
  return refuse_framing({400, "The header holds a control character or a line that does not end in CR LF."});
}

Connection::Progress Connection::refuse_busy() {
  return refuse(busy("Too many requests are being received at the moment; send this one again."));
}

Connection::Progress Connection::check_admission() {
  const base::RequestScope scope(trace_.id());
  try {
    trace_.find_route(core_.handler, head_);
    if (core_.handler.admit) {
      if (auto refusal = core_.handler.admit(head_)) return refuse(*std::move(refusal));
    }
    body_bytes_max_ =
        core_.handler.body_bytes_max ? core_.handler.body_bytes_max(head_) : kBodyBytesMaxDefault;
    return head_.content_length.value_or(0) > body_bytes_max_ ? refuse_too_large() : Progress::ready;
  } catch (...) {
    core_.metrics.handler_failures.add();
    return refuse(fault());
  }
}

Connection::Progress Connection::refuse_too_large() {
  return refuse(problem(413, "The body is larger than this path accepts, which is " +
                                 std::to_string(body_bytes_max_) + " bytes."));
}

/// Makes room for more of a body of `length` bytes. Its memory grows as it arrives: what a sender only
/// announces costs nothing. False when the bodies of all connections hold too much.
bool Connection::grow_body(std::size_t length) {
  const auto size = std::min(length, std::max(kBodyStep, body_.size() * 2));
  if (!core_.bodies.take(size - body_charged_, limits_->bodies_bytes_max)) return false;
  body_charged_ = size;
  body_.resize(size);
  return true;
}

/// Says 100 Continue to a sender who waits for it. False when the connection is over.
net::awaitable<bool> Connection::ask_for_body() {
  if (!inbox_.empty() || head_.header("Expect").empty() || head_.version != Version::http_1_1) co_return true;
  transport_.expire_in(limits_->write_timeout_ms);
  const auto error = co_await transport_.write(kContinue, std::string_view());
  co_return !error;
}

net::awaitable<Connection::Progress> Connection::read_chunks() {
  ChunkReader reader;
  std::size_t filled = 0;
  while (!reader.done()) {
    const auto taken = reader.take(inbox_, std::span(body_).subspan(filled));
    inbox_.erase(0, taken.consumed);
    filled += taken.written;
    if (reader.malformed())
      co_return refuse_framing({400, "The chunked body is malformed, or has extensions or trailers."});
    if (reader.done()) break;
    if (inbox_.empty()) {
      const bool received = co_await receive(Step::body);
      if (!received) co_return Progress::gone;
    } else if (filled >= body_bytes_max_) {
      co_return refuse_too_large();
    } else if (!grow_body(body_bytes_max_)) {
      co_return refuse_busy();
    }
  }
  body_.resize(filled);
  co_return Progress::ready;
}

net::awaitable<Connection::Progress> Connection::read_body() {
  const std::size_t length = head_.content_length.value_or(0);
  body_.clear();
  if (length == 0 && !head_.chunked) co_return Progress::ready;
  const bool asked = co_await ask_for_body();
  if (!asked) co_return Progress::gone;
  begin_step(limits_->body_timeout_ms);
  if (head_.chunked) co_return co_await read_chunks();
  std::size_t filled = 0;
  while (filled < length) {
    if (filled == body_.size() && !grow_body(length)) co_return refuse_busy();
    const auto room = body_.size() - filled;
    if (!inbox_.empty()) {
      const auto taken = inbox_.copy(body_.data() + filled, room);
      inbox_.erase(0, taken);
      filled += taken;
      continue;
    }
    const auto buffer = net::buffer(body_.data() + filled, room);
    expire_read();
    const auto transfer = co_await transport_.read_some(buffer);
    if (transfer.error) {
      if (Transport::timed_out(transfer.error)) core_.metrics.count_timeout(Step::body);
      co_return Progress::gone;
    }
    filled += transfer.size;
  }
  co_return Progress::ready;
}

void Connection::call_handler() {
  slot_ = std::make_shared<ReplySlot>([weak = weak_from_this(), strand = strand_] {
    net::post(strand, [weak] {
      if (const auto self = weak.lock()) self->answer_timer_.cancel();
    });
  });
  answer_timer_.expires_after(std::chrono::milliseconds(limits_->handle_timeout_ms));
  Request request;
  static_cast<RequestHead&>(request) = std::move(head_);
  request.body = std::move(body_);
  const base::RequestScope scope(trace_.id());
  try {
    core_.handler.handle(std::move(request), ReplySlot::make_respond(slot_));
  } catch (...) {
    // The handler's copy of Respond is gone, or answers from where it was moved to.
    core_.metrics.handler_failures.add();
  }
}

net::awaitable<void> Connection::wait_for_answer() {
  if (slot_->begin_wait()) {
    co_await answer_timer_.async_wait(net::as_tuple(net::use_awaitable));
  }
  auto answer = slot_->take();
  slot_.reset();
  if (answer) {
    response_ = *std::move(answer);
    co_return;
  }
  core_.metrics.count_timeout(Step::handle);
  response_ = busy("The request could not be answered in time; whether it took effect is not known.");
  close_ = true;
}

void Connection::release_body() {
  core_.bodies.give_back(body_charged_);
  body_charged_ = 0;
  body_ = std::string();
}

}  // namespace countersign::http
