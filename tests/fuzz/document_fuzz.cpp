// What a file is: whatever stands in it, an answer, and a name under which it can be saved.

#include "ledger/base/types.h"
#include "reports/documents/contents.h"
#include "reports/documents/plain_text.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = base::text_of({data, size});
  const auto contents = documents::look_at(bytes, bytes.substr(0, 64));
  if (!contents) {
    PROPERTY(contents.error().code == base::Code::invalid_argument && !contents.error().message.empty());
    return 0;
  }
  PROPERTY(!contents->media_type.empty() && contents->extension.starts_with('.'));
  const auto name = documents::clean_file_name(bytes.substr(0, 256), *contents);
  PROPERTY(name.size() > contents->extension.size() && name.size() <= 100 + contents->extension.size());
  PROPERTY(name.ends_with(contents->extension) && documents::is_utf8(name));
  PROPERTY(name.find_first_of("/\\\"\r\n") == std::string_view::npos);
  return 0;
}
