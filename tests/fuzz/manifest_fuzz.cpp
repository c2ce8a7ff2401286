// What a repository of backups hands in: manifests, chunks and the small files of a snapshot. What is read is
// written back byte by byte, and no name leads out of the region's folder.

#include "ledger/backup/manifest.h"
#include "ledger/backup/pieces.h"
#include "ledger/backup/small_files.h"
#include "ledger/base/zstd_frame.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = backup::parse_manifest(text)) {
    PROPERTY(backup::format_manifest(*manifest) == text);
    for (const auto& file : manifest->files) {
      PROPERTY(!file.name.empty() && file.name.front() != '/' && file.name.find("..") != 0);
      PROPERTY(file.bytes <= file.pieces.size() * backup::kPieceBytes);
    }
  }
  if (const auto files = backup::parse_small_files(text)) {
    const auto again = backup::parse_small_files(backup::format_small_files(*files));
    PROPERTY(again && *again == *files);
  }
  if (const auto plain = base::decompress_frame(base::text_of({data, size}), 1 << 20))
    PROPERTY(plain->size() <= 1 << 20);
  for (const std::size_t page_bytes : {std::size_t{0}, std::size_t{512}, std::size_t{4096}}) {
    backup::PieceBuilder builder(8192, page_bytes);
    if (builder.add(text) && builder.finish()) PROPERTY(size >= 8192);
  }
  return 0;
}
