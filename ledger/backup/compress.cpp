#include "ledger/backup/compress.h"

#include <fmt/format.h>

#include <zstd.h>

namespace countersign::backup {

using base::Code;
using base::fail;

base::Result<std::string> compress(base::Bytes bytes) {
  constexpr int kLevel = 1;
  std::string out(::ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ::ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  if (::ZSTD_isError(size) != 0)
    return fail(Code::internal, fmt::format("zstd cannot compress: {}", ::ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

base::Result<std::string> decompress(base::Bytes frame, std::size_t bytes_max) {
  const auto size = ::ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > bytes_max)
    return fail(Code::data_loss, "it is no zstd frame of a size that is allowed");
  std::string out(size, '\0');
  const auto got = ::ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  if (::ZSTD_isError(got) != 0 || got != size) return fail(Code::data_loss, "its zstd frame is damaged");
  return out;
}

}  // namespace countersign::backup
