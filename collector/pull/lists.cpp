#include "collector/pull/lists.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::pull {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSecond_us = 1'000'000;
constexpr std::size_t kNextMax = 4'096;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// {"turn":"login","lists":{"login":{"done":…,"until":…,"next":"…"},…}}, times in microseconds since 1970.
/// `done`: everything before was read. `until` and `next` stand where a turn is under way.
json::object read_cursor(std::string_view cursor) {
  auto parsed = base::parse_json(cursor, {.depth_max = 4});
  if (!parsed || !parsed->value.is_object()) return {};
  return std::move(parsed->value.get_object());
}

const json::object* list_of(const json::object& cursor, std::string_view name) {
  const auto* lists = cursor.if_contains("lists");
  if (lists == nullptr || !lists->is_object()) return nullptr;
  const auto* list = lists->get_object().if_contains(view(name));
  return list == nullptr ? nullptr : list->if_object();
}

std::optional<std::int64_t> number(const json::object* from, json::string_view name) {
  const auto* value = from == nullptr ? nullptr : from->if_contains(name);
  return value == nullptr || !value->is_int64() ? std::nullopt : std::optional(value->get_int64());
}

std::string text(const json::object* from, json::string_view name) {
  const auto* value = from == nullptr ? nullptr : from->if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string().c_str());
}

std::size_t position_of(const json::object& cursor, const ListRules& rules) {
  const auto found = std::find(rules.names.begin(), rules.names.end(), text(&cursor, "turn"));
  return found == rules.names.end() ? 0 : static_cast<std::size_t>(found - rules.names.begin());
}

std::int64_t overlap_us(const ListRules& rules, const PullContext& context) {
  constexpr std::int64_t kMost_s = 30 * 86'400;
  const auto set = setting(context, "overlap_s");
  std::int64_t seconds = rules.overlap_s;
  std::from_chars(set.data(), set.data() + set.size(), seconds);
  return std::clamp<std::int64_t>(seconds, 0, kMost_s) * kSecond_us;
}

}  // namespace

ListTurn turn_of(std::string_view cursor, const ListRules& rules, const PullContext& context) {
  const auto state = read_cursor(cursor);
  ListTurn turn;
  turn.name = rules.names[position_of(state, rules)];
  const auto* list = list_of(state, turn.name);
  const auto done = number(list, "done");
  turn.next = text(list, "next");
  const auto ends = turn.next.empty() ? std::nullopt : number(list, "until");
  turn.window.until.micros = ends.value_or(context.now.micros - rules.lag_s * kSecond_us);
  turn.window.from.micros =
      done ? *done - overlap_us(rules, context) : turn.window.until.micros - rules.first_s * kSecond_us;
  turn.window.from.micros = std::clamp<std::int64_t>(turn.window.from.micros, 0, turn.window.until.micros);
  return turn;
}

PullPage after_page(std::string_view cursor, const ListRules& rules, const PullContext& context,
                    ListPage page) {
  auto state = read_cursor(cursor);
  const auto turn = turn_of(cursor, rules, context);
  const auto at = position_of(state, rules);
  auto& lists = state["lists"];
  if (!lists.is_object()) lists.emplace_object();
  auto& list = lists.get_object()[view(turn.name)];
  if (!list.is_object()) list.emplace_object();
  // A token that repeats itself, or that no server would give, ends the turn: it would never end otherwise.
  const bool goes_on = !page.next.empty() && page.next != turn.next && page.next.size() <= kNextMax;
  PullPage out;
  if (goes_on) {
    // The turn began at the same place for every page of it.
    if (!list.get_object().contains("done"))
      list.get_object()["done"] = turn.window.from.micros + overlap_us(rules, context);
    list.get_object()["until"] = turn.window.until.micros;
    list.get_object()["next"] = page.next;
    state["turn"] = view(turn.name);
    out.wait_s = page.wait_s;
  } else {
    list = json::object{{"done", turn.window.until.micros}};
    state["turn"] = view(rules.names[(at + 1) % rules.names.size()]);
  }
  out.more = goes_on || at + 1 < rules.names.size();
  out.payloads = std::move(page.payloads);
  out.cursor = json::serialize(state);
  return out;
}

tl::expected<json::array, PullFault> array_in(json::value& document,
                                              std::initializer_list<std::string_view> path,
                                              std::string_view provider) {
  auto* at = &document;
  for (const auto name : path) {
    at = at->is_object() ? at->get_object().if_contains(view(name)) : nullptr;
    if (at == nullptr) break;
  }
  if (at == nullptr || !at->is_array())
    return tl::unexpected(PullFault{
        fmt::format("the answer is not a list of events: is this the address of {}'s API?", provider), 0});
  return std::move(at->get_array());
}

}  // namespace countersign::pull
