#include "ledger/policy/member_change.h"

#include "ledger/base/json.h"
#include "ledger/policy/default_policy.h"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <charconv>

namespace countersign::policy {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kIndexMax = 4'096;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// The member at a path with points, or null.
json::value* find(json::object& in, std::string_view path) {
  auto* at = &in;
  for (;;) {
    const auto point = path.find('.');
    auto* found = at->if_contains(view(path.substr(0, point)));
    if (found == nullptr || point == std::string_view::npos) return found;
    at = found->if_object();
    if (at == nullptr) return nullptr;
    path.remove_prefix(point + 1);
  }
}

/// JSON, or a word that stands without its quotes.
json::value value_of(std::string_view text) {
  auto parsed = base::parse_json(text, {.depth_max = 4});
  if (parsed) return std::move(parsed->value);
  return json::string(text.data(), text.size());
}

/// Where `, after ` parts what held before from what holds after it. Texts in a list may have these words in
/// them, too, and no beginning of a list is one; a word has no more than one of them.
std::size_t parting(std::string_view values, std::string_view words) {
  const auto first = values.find(words);
  for (auto at = first; at != std::string_view::npos; at = values.find(words, at + 1)) {
    if (base::parse_json(values.substr(0, at), {.depth_max = 4})) return at;
  }
  return first;
}

/// `retention.types[3]` is the path and 3.
base::Result<void> read_path(std::string_view text, MemberChange& out) {
  constexpr std::string_view kSharing = "sharing with the role ";
  if (text.starts_with(kSharing)) {
    out.path = "sharing." + std::string(text.substr(kSharing.size()));
  } else if (const auto open = text.find('['); open != std::string_view::npos && text.ends_with(']')) {
    std::size_t index = 0;
    const auto* end = text.data() + text.size() - 1;
    const auto read = std::from_chars(text.data() + open + 1, end, index);
    if (read.ec != std::errc() || read.ptr != end || index > kIndexMax)
      return fail(Code::invalid_argument, "an element of a list has another number");
    out.path = text.substr(0, open);
    out.index = index;
  } else {
    out.path = text;
  }
  auto known = default_policy();
  const auto* member = find(known, out.path);
  if (member == nullptr || member->is_object() || (out.index && !member->is_array()))
    return fail(Code::invalid_argument, "it is not of a member of a policy that is known here");
  return {};
}

void put(const MemberChange& change, const json::value& what, json::object& policy) {
  auto* member = find(policy, change.path);
  if (member == nullptr) return;
  if (!change.index) {
    *member = what;
    return;
  }
  if (!member->is_array()) return;
  auto& list = member->get_array();
  if (what.is_null()) {
    // Elements are told from the first to the last, so what is gone is behind all that stays.
    if (list.size() > *change.index) list.resize(*change.index);
  } else {
    if (list.size() <= *change.index) list.resize(*change.index + 1);
    list[*change.index] = what;
  }
}

bool comes_before(const json::value& a, const json::value& b) {
  if (!a.is_string() || !b.is_string()) return a.is_string() < b.is_string();
  return a.get_string() < b.get_string();
}

}  // namespace

base::Result<MemberChange> read_member_change(std::string_view context) {
  MemberChange out;
  const auto colon = context.find(": ");
  if (colon == std::string_view::npos) return fail(Code::invalid_argument, "it names no member");
  TRY(read_path(context.substr(0, colon), out));
  const auto said = context.substr(colon + 2);
  constexpr std::string_view kBefore = "before ", kAfter = ", after ", kRemoved = "removed ",
                             kAdded = "added ";
  if (said.starts_with(kBefore)) {
    const auto values = said.substr(kBefore.size());
    const auto middle = parting(values, kAfter);
    if (middle == std::string_view::npos)
      return fail(Code::invalid_argument, "it does not say what holds after it");
    out.before = value_of(values.substr(0, middle));
    out.after = value_of(values.substr(middle + kAfter.size()));
    return out;
  }
  const bool removed = said.starts_with(kRemoved);
  if (!removed && !said.starts_with(kAdded))
    return fail(Code::invalid_argument, "it does not say what was done");
  out.what = removed ? MemberChange::What::removed : MemberChange::What::added;
  auto names = value_of(said.substr(removed ? kRemoved.size() : kAdded.size()));
  if (!names.is_array()) return fail(Code::invalid_argument, "it does not list what was removed or added");
  out.names = std::move(names.get_array());
  return out;
}

void make(const MemberChange& change, json::object& policy) {
  if (change.what == MemberChange::What::replaced) return put(change, change.after, policy);
  auto* member = find(policy, change.path);
  if (member == nullptr || !member->is_array()) return;
  auto& list = member->get_array();
  for (const auto& name : change.names) {
    auto* at = std::find(list.begin(), list.end(), name);
    if (change.what == MemberChange::What::removed) {
      if (at != list.end()) list.erase(at);
    } else if (at == list.end()) {
      list.insert(std::upper_bound(list.begin(), list.end(), name, comes_before), name);
    }
  }
}

void undo(const MemberChange& change, json::object& policy) {
  if (change.what == MemberChange::What::replaced) put(change, change.before, policy);
}

}  // namespace countersign::policy
