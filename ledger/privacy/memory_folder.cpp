#include "ledger/privacy/memory_folder.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::privacy {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

base::Result<void> read_memory(const std::filesystem::path& file, std::uint64_t bytes_max,
                               const ReadMemory& read) {
  TRY_ASSIGN(const auto text, base::read_file(file, bytes_max));
  const auto parsed = base::parse_json(text, {.depth_max = 4});
  if (!parsed || !parsed->value.is_object()) return fail(Code::data_loss, "it is no JSON object");
  return read(file.stem().string(), parsed->value.get_object());
}

}  // namespace

base::Result<void> read_memories(const std::filesystem::path& folder, std::uint64_t file_bytes_max,
                                 std::string_view what, const ReadMemory& read) {
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name.starts_with(".")) continue;
    auto done = read_memory(entry.path(), file_bytes_max, read);
    if (!done)
      return fail(Code::data_loss,
                  fmt::format("{} is no {}: {}", entry.path().string(), what, done.error().message));
  }
  return {};
}

std::string text_of(const json::object& from, json::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

base::Result<std::vector<std::string>> tokens_of(const json::object& from) {
  const auto bad = [] { return fail(Code::data_loss, "tokens is wrong"); };
  const auto* tokens = from.if_contains("tokens");
  if (tokens == nullptr || !tokens->is_array()) return bad();
  std::vector<std::string> out;
  for (const auto& token : tokens->get_array()) {
    if (!token.is_string() || token.get_string().size() != base::kDigestBase64UrlSize) return bad();
    out.emplace_back(token.get_string().c_str());
  }
  return out;
}

}  // namespace countersign::privacy
