#include "collector/ingest/move.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

constexpr std::size_t kReasonMax = 64;
constexpr std::array<std::string_view, 6> kMembers{"from", "to", "time", "reason", "by", "address"};

auto bad(const std::string& where, std::string_view why) {
  return base::fail(base::Code::invalid_argument, fmt::format("the registry is damaged: {} {}", where, why));
}

base::Result<std::string_view> text_of(const json::object& from, const std::string& where,
                                       std::string_view name) {
  const auto* found = from.if_contains(json::string_view(name.data(), name.size()));
  if (found == nullptr || !found->is_string())
    return bad(fmt::format("{}.{}", where, name), "must be a string");
  return std::string_view(found->get_string().data(), found->get_string().size());
}

base::Result<Move> parse_move(const json::object& from, const std::string& where) {
  for (const auto& member : from) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
      return bad(where, "holds an unknown member");
  }
  Move move;
  TRY_ASSIGN(const auto old_region, text_of(from, where, "from"));
  TRY_ASSIGN(move.from, base::parse_region(old_region));
  TRY_ASSIGN(const auto new_region, text_of(from, where, "to"));
  TRY_ASSIGN(move.to, base::parse_region(new_region));
  TRY_ASSIGN(const auto time, text_of(from, where, "time"));
  const auto parsed = base::parse_canonical_time(time);
  if (!parsed) return bad(where + ".time", parsed.error().message);
  move.time = *parsed;
  TRY_ASSIGN(move.reason, text_of(from, where, "reason"));
  if (!is_reason_code(move.reason)) return bad(where + ".reason", "must be a code of a-z, 0-9 and '_'");
  TRY_ASSIGN(move.by, text_of(from, where, "by"));
  if (from.contains("address")) {
    TRY_ASSIGN(const auto address, text_of(from, where, "address"));
    move.address = std::string(address);
  }
  return move;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  base::append_json_string(out, name);
  out += ':';
  base::append_json_string(out, text);
}

}  // namespace

bool is_reason_code(std::string_view text) {
  return !text.empty() && text.size() <= kReasonMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string to_text(const std::vector<Move>& moves) {
  std::string out = "[";
  for (const auto& move : moves) {
    out += &move == moves.data() ? "{" : ",{";
    append_member(out, "from", move.from.value());
    append_member(out, "to", move.to.value());
    append_member(out, "time", base::format_rfc3339(move.time));
    append_member(out, "reason", move.reason);
    append_member(out, "by", move.by);
    if (move.address) append_member(out, "address", *move.address);
    out += '}';
  }
  return out + "]";
}

base::Result<std::vector<Move>> parse_moves(const json::value& list, const std::string& where,
                                            const base::RegionId& region) {
  std::vector<Move> moves;
  if (!list.is_array()) return bad(where, "must be an array");
  for (const auto& one : list.get_array()) {
    const auto place = fmt::format("{}[{}]", where, moves.size());
    if (!one.is_object()) return bad(place, "must be an object");
    TRY_ASSIGN(auto move, parse_move(one.get_object(), place));
    if (!moves.empty() && (moves.back().to != move.from || move.time <= moves.back().time))
      return bad(place, "does not follow from the move before");
    moves.push_back(std::move(move));
  }
  if (moves.empty() || moves.back().to != region) return bad(where, "must lead to the region");
  return moves;
}

}  // namespace countersign::ingest
