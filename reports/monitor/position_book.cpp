#include "reports/monitor/position_book.h"

#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::monitor {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kBytesMax = 64 * 1024 * 1024;
constexpr std::int64_t kVersion = 1;

base::Result<Position> read_position(const json::value& value) {
  const auto wrong = [] { return fail(Code::data_loss, "a position must have `next` and `judged_until`"); };
  const auto* members = value.if_object();
  if (members == nullptr) return wrong();
  const auto* next = members->if_contains("next");
  const auto* until = members->if_contains("judged_until");
  if (next == nullptr || !next->is_int64() || next->get_int64() < 0 || until == nullptr ||
      !until->is_string())
    return wrong();
  TRY_ASSIGN(const auto time, base::parse_rfc3339(until->get_string()));
  return Position{static_cast<std::uint64_t>(next->get_int64()), time};
}

base::Result<Positions> parse(std::string_view text) {
  TRY_ASSIGN(const auto parsed, base::parse_json(text, {}));
  const auto* book = parsed.value.if_object();
  const auto* version = book != nullptr ? book->if_contains("v") : nullptr;
  const auto* logs = book != nullptr ? book->if_contains("logs") : nullptr;
  if (version == nullptr || *version != kVersion || logs == nullptr || !logs->is_object())
    return fail(Code::data_loss, "`v` must be 1, and `logs` an object");
  Positions out;
  for (const auto& [name, value] : logs->get_object()) {
    TRY_ASSIGN(out[std::string(name)], read_position(value));
  }
  return out;
}

}  // namespace

base::Result<Positions> read_positions(const std::filesystem::path& file) {
  TRY_ASSIGN(const auto text, base::read_file(file, kBytesMax));
  auto positions = parse(text);
  if (!positions)
    return fail(
        Code::data_loss,
        fmt::format("{} cannot be read: {}; where it is deleted, monitoring begins at the end of each log",
                    file.string(), positions.error().message));
  return positions;
}

base::Result<void> write_positions(const std::filesystem::path& file, const Positions& positions) {
  json::object logs;
  for (const auto& [name, position] : positions)
    logs[name] = {{"next", position.next}, {"judged_until", base::format_rfc3339(position.judged_until)}};
  return base::write_file_durably(file,
                                  json::serialize(json::object{{"v", kVersion}, {"logs", std::move(logs)}}),
                                  base::FileMode::readable);
}

}  // namespace countersign::monitor
