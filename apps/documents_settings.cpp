#include "apps/documents_settings.h"

#include "apps/config_table.h"

namespace countersign::apps {

base::Result<DocumentsSettings> read_documents(Table& top) {
  constexpr std::int64_t kFileLeast = 1 << 10, kFileMost = 256 << 20;
  constexpr std::int64_t kAllMost = std::int64_t{1} << 50;
  DocumentsSettings out;
  Table table = top.table("documents");
  table.number("file_bytes_max", kFileLeast, kFileMost, out.file_bytes_max);
  table.number("bytes_max", kFileLeast, kAllMost, out.bytes_max);
  TRY(table.finish());
  return out;
}

}  // namespace countersign::apps
