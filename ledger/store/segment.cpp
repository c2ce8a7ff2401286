#include "ledger/store/segment.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/tree/merkle.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

namespace countersign::store {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

/// Reads members of an object; the first that is not as it must be is remembered.
class Reader {
 public:
  explicit Reader(const json::object& from) : from_(from) {}

  std::string text(std::string_view name) {
    const auto* value = from_.if_contains(json::string_view(name.data(), name.size()));
    if (value != nullptr && value->is_string())
      return {value->get_string().data(), value->get_string().size()};
    whole_ = false;
    return {};
  }
  std::uint64_t number(std::string_view name) {
    const auto* value = from_.if_contains(json::string_view(name.data(), name.size()));
    if (value != nullptr && value->is_int64() && value->get_int64() >= 0)
      return static_cast<std::uint64_t>(value->get_int64());
    whole_ = false;
    return 0;
  }
  template <class Read>
  auto read(std::string_view name, Read parse) {
    auto value = parse(text(name));
    whole_ = whole_ && value.has_value();
    return value ? *value : std::remove_cvref_t<decltype(*value)>{};
  }
  base::Timestamp time(std::string_view name) { return read(name, base::parse_canonical_time); }
  base::Digest digest(std::string_view name) { return read(name, base::digest_from_base64); }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    const auto* value = from_.if_contains(json::string_view(name.data(), name.size()));
    whole_ = whole_ && value != nullptr && value->is_array();
    if (!whole_) return out;
    for (const auto& one : value->get_array()) {
      whole_ = whole_ && one.is_string();
      if (whole_) out.emplace_back(one.get_string().data(), one.get_string().size());
    }
    return out;
  }
  bool whole() const { return whole_; }

 private:
  const json::object& from_;
  bool whole_ = true;
};

base::Result<std::uint64_t> read_sum(std::string_view text) {
  std::uint64_t sum = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sum, 16);
  if (error != std::errc() || end != text.data() + text.size()) return fail(Code::data_loss, "no sum");
  return sum;
}

template <class Statement, class Format>
base::Result<Statement> exactly(std::string_view text, const Format& format, std::string_view what,
                                Statement (*read)(Reader&)) {
  const auto bad = [&] { return fail(Code::data_loss, fmt::format("it is no statement of {}", what)); };
  const auto parsed = base::parse_json(text, {.depth_max = 3});
  if (!parsed || !parsed->value.is_object()) return bad();
  Reader members(parsed->value.get_object());
  Statement out = read(members);
  if (!members.whole() || format(out) != text) return bad();
  return out;
}

}  // namespace

std::string format_segment(const SegmentStatement& s) {
  std::string types;
  for (const auto& type : s.types) types += (types.empty() ? "" : ",") + base::json_string(type);
  return fmt::format(
      R"({{"v":1,"log":{},"begin":{},"end":{},"part":{},"parts":{},"types":[{}],"records":{},"bytes":{},)"
      R"("first_received":"{}","last_received":"{}","root":"{}","key_sum":"{:016x}","file":{},)"
      R"("file_sha256":"{}","sealed":"{}"}})",
      base::json_string(s.log.text), s.begin, s.end, s.part, s.parts, types, s.records, s.bytes,
      base::format_rfc3339(s.first_received), base::format_rfc3339(s.last_received),
      base::to_base64(s.root.view()), s.key_sum, base::json_string(s.file),
      base::to_base64(s.file_sha256.view()), base::format_rfc3339(s.sealed));
}

base::Result<SegmentStatement> parse_segment(std::string_view text) {
  return exactly<SegmentStatement>(text, format_segment, "a sealed segment", [](Reader& members) {
    SegmentStatement s;
    s.log.text = members.text("log");
    s.begin = members.number("begin");
    s.end = members.number("end");
    s.part = static_cast<unsigned>(members.number("part"));
    s.parts = static_cast<unsigned>(members.number("parts"));
    s.types = members.texts("types");
    s.records = members.number("records");
    s.bytes = members.number("bytes");
    s.first_received = members.time("first_received");
    s.last_received = members.time("last_received");
    s.root = members.digest("root");
    s.key_sum = members.read("key_sum", read_sum);
    s.file = members.text("file");
    s.file_sha256 = members.digest("file_sha256");
    s.sealed = members.time("sealed");
    if (s.file.empty() || s.file.front() == '.' || s.file.find('/') != std::string::npos)
      s.file += '?';  // is not what is written
    return s;
  });
}

std::string format_retirement(const RetirementStatement& s) {
  return fmt::format(R"({{"v":1,"log":{},"begin":{},"end":{},"part":{},"records":{},"root":"{}",)"
                     R"("retired":"{}","rule":{},"keep":{}}})",
                     base::json_string(s.log.text), s.begin, s.end, s.part, s.records,
                     base::to_base64(s.root.view()), base::format_rfc3339(s.retired),
                     base::json_string(s.rule), base::json_string(s.keep));
}

base::Result<RetirementStatement> parse_retirement(std::string_view text) {
  return exactly<RetirementStatement>(text, format_retirement, "a retirement", [](Reader& members) {
    RetirementStatement s;
    s.log.text = members.text("log");
    s.begin = members.number("begin");
    s.end = members.number("end");
    s.part = static_cast<unsigned>(members.number("part"));
    s.records = members.number("records");
    s.root = members.digest("root");
    s.retired = members.time("retired");
    s.rule = members.text("rule");
    s.keep = members.text("keep");
    return s;
  });
}

std::uint64_t members_before(const Members& members, std::uint64_t at) {
  if (members.empty()) return at;
  std::uint64_t count = 0;
  const auto whole = std::min<std::uint64_t>(at / 8, members.size());
  for (std::uint64_t i = 0; i < whole; ++i) count += static_cast<std::uint64_t>(std::popcount(members[i]));
  for (std::uint64_t i = whole * 8; i < at; ++i) count += is_member(members, i) ? 1 : 0;
  return count;
}

const SegmentPart* SegmentRange::part_of(std::uint64_t seq) const {
  for (const auto& part : parts) {
    if (is_member(part.members, seq - begin)) return &part;
  }
  return nullptr;
}

base::Result<void> check_range(const SegmentRange& range, std::span<const base::Digest> hashes) {
  const auto length = range.end - range.begin;
  const auto wrong = [&](unsigned part, std::string_view why) {
    return fail(Code::data_loss, fmt::format("the sealed records {} to {}, part {}: {}", range.begin,
                                             range.end - 1, part, why));
  };
  if (hashes.size() != length) return wrong(0, "the log does not hold their hashes");
  std::vector<std::uint8_t> claimed(length);
  for (const auto& [statement, members, retired] : range.parts) {
    if (statement.parts != range.parts.size()) return wrong(statement.part, "another part is missing");
    if (!members.empty() && members.size() != (length + 7) / 8)
      return wrong(statement.part, "its list of members has a wrong length");
    tree::CompactRange leaves;
    for (std::uint64_t i = 0; i < length; ++i) {
      if (!is_member(members, i)) continue;
      if (claimed[i]++ != 0) return wrong(statement.part, "a record is of two parts");
      leaves.append(hashes[i]);
    }
    if (leaves.size() != statement.records || leaves.root() != statement.root)
      return wrong(statement.part, "its records are not those that were sealed");
    if (statement.last_received < statement.first_received || statement.sealed < statement.last_received)
      return wrong(statement.part, "its times contradict one another");
    if (retired && (retired->root != statement.root || retired->records != statement.records ||
                    retired->retired < statement.sealed))
      return wrong(statement.part, "what was retired is not what was sealed");
  }
  if (std::find(claimed.begin(), claimed.end(), 0) != claimed.end())
    return wrong(0, "a record is of no part");
  if (range.tail_hashes.size() != range.end - range.tail_begin())
    return wrong(0, "the hashes behind its last full tile are not those of its records");
  for (std::uint64_t i = 0; i < range.tail_hashes.size(); ++i) {
    if (range.tail_hashes[i] != hashes[range.tail_begin() - range.begin + i])
      return wrong(0, "a hash that is kept beside it is another record's");
  }
  return {};
}

}  // namespace countersign::store
