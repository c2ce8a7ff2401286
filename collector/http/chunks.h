#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace countersign::http {

/// Takes a chunked body apart (RFC 9112 section 7.1), in a strict subset: a chunk's size is up to eight
/// hexadecimal digits and CR LF, without extensions, and no trailer stands behind the last chunk. Extensions
/// and trailers have no use here, and disagreement about them is what request smuggling is made of.
class ChunkReader {
 public:
  struct Taken {
    std::size_t consumed = 0;  ///< of the bytes
    std::size_t written = 0;   ///< to the room
  };

  /// Takes what it can of `bytes`. Stops before a chunk's data when `room` is used up.
  Taken take(std::string_view bytes, std::span<char> room);

  bool done() const { return state_ == State::done; }
  bool malformed() const { return state_ == State::malformed; }
  /// Whether it stands before data, so that it needs room.
  bool needs_room() const { return state_ == State::data; }

 private:
  enum class State { size, size_feed, data, data_return, data_feed, last_return, last_feed, done, malformed };
  void take_framing(char c);

  State state_ = State::size;
  std::uint64_t left_ = 0;  ///< of the present chunk
  unsigned digits_ = 0;
};

}  // namespace countersign::http
