// How a connection's answer is written.

#include "collector/http/connection.h"
#include "collector/http/request_id.h"
#include "ledger/base/open_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace countersign::http {
namespace {

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Response Connection::fault() { return problem(500, "The request failed because of a fault in this server."); }

void Connection::note_age() {
  ++requests_;
  const auto age = std::chrono::steady_clock::now() - opened_;
  if (core_.stopping || requests_ >= limits_->requests_per_connection_max ||
      age >= std::chrono::milliseconds(limits_->connection_lifetime_ms))
    close_ = true;
}

net::awaitable<bool> Connection::write_answer() {
  AnswerContext context;
  context.close = close_;
  context.tls = transport_.tls();
  context.time_s = now_s();
  name_request(response_, trace_.id());
  auto written = write_head(response_, context);
  if (!written) {
    core_.metrics.handler_failures.add();
    response_ = fault();
    name_request(response_, trace_.id());
    written = write_head(response_, context);
  }
  core_.metrics.count_answer(response_.status);
  const bool with_body = !head_only_ && has_body(response_.status);
  const auto body = with_body && !response_.file ? std::string_view(response_.body) : std::string_view();
  transport_.expire_in(limits_->write_timeout_ms);
  const auto error = co_await transport_.write(*written, body);
  if (Transport::timed_out(error)) core_.metrics.count_timeout(Step::write);
  bool whole = !error;
  if (whole && with_body && response_.file) whole = co_await write_file(*response_.file);
  if (!trace_.tell(core_.handler, response_.status, whole)) core_.metrics.handler_failures.add();
  response_ = Response();
  co_return whole;
}

/// Each piece has the time of an answer: a receiver that takes nothing is given up, a slow one is not.
net::awaitable<bool> Connection::write_file(const FilePart& part) {
  constexpr std::size_t kPiece = 256u << 10;
  auto file = base::OpenFile::open(part.path, O_RDONLY | O_NOFOLLOW);
  if (!file || ::lseek(file->descriptor(), static_cast<off_t>(part.offset), SEEK_SET) < 0) co_return false;
  std::string piece(kPiece, '\0');
  for (std::uint64_t left = part.size; left > 0;) {
    const auto got =
        file->read(piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    if (!got || *got == 0) co_return false;
    transport_.expire_in(limits_->write_timeout_ms);
    const auto error = co_await transport_.write(std::string_view(piece).substr(0, *got), {});
    if (Transport::timed_out(error)) core_.metrics.count_timeout(Step::write);
    if (error) co_return false;
    left -= *got;
  }
  co_return true;
}

}  // namespace countersign::http
