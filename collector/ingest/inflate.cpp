#include "collector/ingest/inflate.h"

#include <fmt/format.h>

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace countersign::ingest {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kWindowLogMax = 23;  // 8 MiB

auto too_large(std::size_t bytes_max) {
  return fail(
      Code::resource_exhausted,
      fmt::format("the body is larger than {} bytes when it is decompressed; send fewer events at once",
                  bytes_max));
}

auto damaged(std::string_view what, std::size_t at) {
  return fail(Code::invalid_argument, fmt::format("the {} body is damaged near byte {}", what, at));
}

auto cut_short(std::string_view what) {
  return fail(Code::invalid_argument, fmt::format("the {} body is cut short", what));
}

struct InflateEnd {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;
  }
};

Result<std::string> inflate_gzip(std::string_view body, std::size_t bytes_max) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  std::unique_ptr<z_stream, InflateEnd> stream(new z_stream{});
  if (::inflateInit2(stream.get(), kGzipOnly) != Z_OK) return fail(Code::internal, "cannot set up zlib");
  std::string input(body);  // zlib's interface takes a pointer to bytes that may change
  stream->next_in = reinterpret_cast<Bytef*>(input.data());
  stream->avail_in = static_cast<uInt>(input.size());
  std::string out;
  std::vector<char> piece(kPieceBytes);
  for (bool ended = false; !ended || stream->avail_in > 0;) {
    if (ended && ::inflateReset(stream.get()) != Z_OK) return fail(Code::internal, "cannot reset zlib");
    stream->next_out = reinterpret_cast<Bytef*>(piece.data());
    stream->avail_out = static_cast<uInt>(piece.size());
    const int status = ::inflate(stream.get(), Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) return cut_short("gzip");
    if (status != Z_OK && status != Z_STREAM_END) return damaged("gzip", body.size() - stream->avail_in);
    const std::size_t made = piece.size() - stream->avail_out;
    if (made > bytes_max - out.size()) return too_large(bytes_max);
    out.append(piece.data(), made);
    ended = status == Z_STREAM_END;
  }
  return out;
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

Result<std::string> inflate_zstd(std::string_view body, std::size_t bytes_max) {
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(::ZSTD_createDCtx());
  if (!context ||
      ::ZSTD_isError(::ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax)) != 0)
    return fail(Code::internal, "cannot set up zstd");
  ZSTD_inBuffer input{body.data(), body.size(), 0};
  std::string out;
  std::vector<char> piece(kPieceBytes);
  std::size_t hint = 1;
  bool full = false;
  while (input.pos < input.size || full) {
    ZSTD_outBuffer output{piece.data(), piece.size(), 0};
    hint = ::ZSTD_decompressStream(context.get(), &output, &input);
    if (::ZSTD_isError(hint) != 0) return damaged("zstd", input.pos);
    if (output.pos > bytes_max - out.size()) return too_large(bytes_max);
    out.append(piece.data(), output.pos);
    full = output.pos == output.size && hint != 0;
  }
  if (hint != 0) return cut_short("zstd");
  return out;
}

}  // namespace

Result<std::string> inflate(std::string_view body, Compression compression, std::size_t bytes_max) {
  switch (compression) {
    case Compression::gzip:
      return inflate_gzip(body, bytes_max);
    case Compression::zstd:
      return inflate_zstd(body, bytes_max);
    case Compression::none:
      break;
  }
  if (body.size() > bytes_max) return too_large(bytes_max);
  return std::string(body);
}

}  // namespace countersign::ingest
