// A chunked body: however its bytes are cut into pieces, the same comes out of it.

#include "collector/http/chunks.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace countersign;

namespace {

struct Read {
  std::string body;
  bool done = false, malformed = false;
  std::size_t consumed = 0;

  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t piece, std::size_t room) {
  http::ChunkReader reader;
  Read out;
  while (out.consumed < bytes.size() && !reader.done() && !reader.malformed()) {
    std::string space(room, '\0');
    const auto taken = reader.take(bytes.substr(out.consumed, piece), space);
    PROPERTY(taken.written <= taken.consumed && taken.written <= room);
    out.consumed += taken.consumed;
    out.body.append(space, 0, taken.written);
  }
  out.done = reader.done();
  out.malformed = reader.malformed();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);  // NOLINT: a fuzzer's bytes
  const auto whole = read(bytes, bytes.size() + 1, bytes.size() + 1);
  const std::size_t piece = data[0] % 16 + 1;
  PROPERTY(read(bytes, piece, data[0] / 16 + 1) == whole);
  PROPERTY(!(whole.done && whole.malformed));
  if (whole.done) PROPERTY(whole.body.size() + 5 <= whole.consumed);
  return 0;
}
