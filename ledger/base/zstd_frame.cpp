#include "ledger/base/zstd_frame.h"

#include <fmt/format.h>

#include <zstd.h>

#include <memory>
#include <new>

namespace countersign::base {
namespace {

using Compressor = std::unique_ptr<ZSTD_CCtx, decltype(&::ZSTD_freeCCtx)>;

}  // namespace

std::string compress_frame(std::string_view content, int level) {
  const Compressor context(::ZSTD_createCCtx(), &::ZSTD_freeCCtx);
  std::string out(::ZSTD_compressBound(content.size()), '\0');
  if (context == nullptr ||
      ::ZSTD_isError(::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level)) != 0 ||
      ::ZSTD_isError(::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1)) != 0)
    throw std::bad_alloc();
  const auto size = ::ZSTD_compress2(context.get(), out.data(), out.size(), content.data(), content.size());
  // The bound is enough for any content, so what can fail is memory.
  if (::ZSTD_isError(size) != 0) throw std::bad_alloc();
  out.resize(size);
  return out;
}

Result<std::string> decompress_frame(std::string_view frame, std::size_t bytes_max) {
  const auto size = ::ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
    return fail(Code::data_loss, "it is no zstd frame that states its size");
  if (size > bytes_max)
    return fail(Code::data_loss, fmt::format("it unfolds to {} bytes, {} are allowed", size, bytes_max));
  const auto length = ::ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (::ZSTD_isError(length) != 0 || length != frame.size())
    return fail(Code::data_loss, "it is not exactly one zstd frame");
  std::string out(static_cast<std::size_t>(size), '\0');
  const auto done = ::ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  if (::ZSTD_isError(done) != 0 || done != out.size())
    return fail(Code::data_loss, "the zstd frame is damaged");
  return out;
}

}  // namespace countersign::base
