#include "exporters/jsonl/retired.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace countersign::jsonl {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

std::uint64_t number(const json::object& from, json::string_view name) {
  return from.at(name).to_number<std::uint64_t>();
}
std::string text(const json::object& from, json::string_view name) {
  const auto& found = from.at(name).as_string();
  return {found.data(), found.size()};
}

/// Throws where a member is missing or of another type.
base::Result<RetiredPart> part_from(const json::object& from) {
  RetiredPart part;
  part.begin = number(from, "begin");
  part.end = number(from, "end");
  part.part = number(from, "part");
  for (const auto& type : from.at("types").as_array()) part.types.emplace_back(type.as_string());
  part.records = number(from, "records");
  TRY_ASSIGN(part.root, base::digest_from_base64(text(from, "root")));
  TRY_ASSIGN(part.first_received, base::parse_canonical_time(text(from, "first_received")));
  TRY_ASSIGN(part.last_received, base::parse_canonical_time(text(from, "last_received")));
  TRY_ASSIGN(part.retired, base::parse_canonical_time(text(from, "retired")));
  part.rule = text(from, "rule");
  part.keep = text(from, "keep");
  return part;
}

base::Result<RetiredRecord> record_from(const json::object& from) {
  const auto& inner = from.at("retired").as_object();
  RetiredRecord record;
  record.seq = number(inner, "seq");
  record.part = number(inner, "part");
  TRY_ASSIGN(record.hash, base::digest_from_base64(text(inner, "hash")));
  return record;
}

/// Reads a line by `read`, and refuses every spelling but the one of `append`.
template <class T>
base::Result<T> exactly(std::string_view line, base::Result<T> (*read)(const json::object&),
                        void (*append)(std::string&, const T&), std::string_view what) {
  const auto bad = [&] { return fail(Code::data_loss, fmt::format("not a line for {}", what)); };
  const auto parsed = base::parse_json(line, {.depth_max = 3});
  if (!parsed || !parsed->value.is_object()) return bad();
  try {
    auto out = read(parsed->value.get_object());
    if (!out) return bad();
    std::string again;
    append(again, *out);
    if (again != line) return bad();
    return out;
  } catch (const std::exception&) {
    return bad();
  }
}

}  // namespace

void append_retired_part(std::string& out, const RetiredPart& part) {
  std::string types;
  for (const auto& type : part.types) types += (types.empty() ? "" : ",") + base::json_string(type);
  out += fmt::format(R"({{"begin":{},"end":{},"part":{},"types":[{}],"records":{},"root":"{}",)"
                     R"("first_received":"{}","last_received":"{}","retired":"{}","rule":{},"keep":{}}})",
                     part.begin, part.end, part.part, types, part.records, base::to_base64(part.root.view()),
                     base::format_rfc3339(part.first_received), base::format_rfc3339(part.last_received),
                     base::format_rfc3339(part.retired), base::json_string(part.rule),
                     base::json_string(part.keep));
}

base::Result<RetiredPart> read_retired_part(std::string_view line) {
  return exactly<RetiredPart>(line, part_from, append_retired_part, "records that were retired");
}

void append_retired_record(std::string& out, const RetiredRecord& record) {
  out += fmt::format(R"({{"retired":{{"seq":{},"part":{},"hash":"{}"}}}})", record.seq, record.part,
                     base::to_base64(record.hash.view()));
}

base::Result<RetiredRecord> read_retired_record(std::string_view line) {
  return exactly<RetiredRecord>(line, record_from, append_retired_record, "a retired record");
}

std::string to_sentence(const RetiredPart& part) {
  return fmt::format(
      "{} records with numbers between {} and {} ({}), received from {} to {}, were retired on "
      "{} under the rule {}, which keeps {}",
      part.records, part.begin, part.end - 1, fmt::join(part.types, ", "),
      base::format_rfc3339(part.first_received), base::format_rfc3339(part.last_received),
      base::format_rfc3339(part.retired), part.rule, part.keep);
}

}  // namespace countersign::jsonl
