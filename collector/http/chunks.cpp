#include "collector/http/chunks.h"

#include <algorithm>
#include <cstring>

namespace countersign::http {
namespace {

constexpr unsigned kDigitsMax = 8;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkReader::Taken ChunkReader::take(std::string_view bytes, std::span<char> room) {
  Taken taken;
  while (taken.consumed < bytes.size() && !done() && !malformed()) {
    if (state_ != State::data) {
      take_framing(bytes[taken.consumed++]);
      continue;
    }
    const auto size = std::min(
        {static_cast<std::size_t>(left_), bytes.size() - taken.consumed, room.size() - taken.written});
    if (size == 0) return taken;
    std::memcpy(room.data() + taken.written, bytes.data() + taken.consumed, size);
    taken.consumed += size;
    taken.written += size;
    left_ -= size;
    if (left_ == 0) state_ = State::data_return;
  }
  return taken;
}

void ChunkReader::take_framing(char c) {
  const auto expect = [&](char wanted, State next) { state_ = c == wanted ? next : State::malformed; };
  switch (state_) {
    case State::size: {
      const int digit = hex_digit(c);
      if (digit >= 0 && digits_ < kDigitsMax) {
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        ++digits_;
        return;
      }
      return expect('\r', digits_ > 0 ? State::size_feed : State::malformed);
    }
    case State::size_feed:
      digits_ = 0;
      return expect('\n', left_ > 0 ? State::data : State::last_return);
    case State::data_return:
      return expect('\r', State::data_feed);
    case State::data_feed:
      return expect('\n', State::size);
    case State::last_return:
      return expect('\r', State::last_feed);
    case State::last_feed:
      return expect('\n', State::done);
    default:
      state_ = State::malformed;
  }
}

}  // namespace countersign::http
