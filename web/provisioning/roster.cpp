#include "web/provisioning/roster.h"

#include "web/scim/resource.h"

#include <boost/json/array.hpp>

namespace countersign::provisioning {
namespace {

namespace json = boost::json;

using scim::Index;
using scim::Kind;

template <class Numbers>
void drop(Numbers& numbers, const std::string& key, Roster::Number number) {
  const auto found = numbers.find(key);
  if (found == numbers.end()) return;
  found->second.erase(number);
  if (found->second.empty()) numbers.erase(found);
}

template <class Numbers>
std::vector<Roster::Number> numbers_at(const Numbers& numbers, std::string_view key) {
  const auto found = numbers.find(std::string(key));
  if (found == numbers.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace

Entry entry_of(Kind kind, json::object document) {
  Entry out;
  out.id = scim::text_at(document, "id");
  out.name = kind == Kind::user
                 ? scim::index_key(Index::user_name, scim::text_at(document, "userName"))
                 : scim::index_key(Index::display_name, scim::text_at(document, "displayName"));
  out.external_id = scim::index_key(Index::external_id, scim::text_at(document, "externalId"));
  out.document = std::make_shared<const json::object>(std::move(document));
  return out;
}

const Entry* Roster::find(Place place) const {
  const auto& entries = all(place.first);
  const auto found = entries.find(place.second);
  return found == entries.end() ? nullptr : &found->second;
}

std::optional<Roster::Number> Roster::number_of(Kind kind, std::string_view id) const {
  const auto& ids = tables_[at(kind)].ids;
  const auto found = ids.find(std::string(id));
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

std::vector<Roster::Number> Roster::found_by(Kind kind, const scim::IndexTerm& term) const {
  const auto& table = tables_[at(kind)];
  switch (term.index) {
    case Index::id:
      if (const auto number = number_of(kind, term.value)) return {*number};
      return {};
    case Index::external_id:
      return numbers_at(table.external_ids, term.value);
    case Index::user_name:
    case Index::display_name:
      return numbers_at(table.names, term.value);
  }
  return {};
}

std::vector<Roster::Number> Roster::groups_of(std::string_view user_id) const {
  return numbers_at(groups_of_, user_id);
}

void Roster::add(Kind kind, Entry entry) {
  const auto& entries = all(kind);
  put({kind, entries.empty() ? 1 : entries.rbegin()->first + 1}, std::move(entry));
}

void Roster::put(Place place, Entry entry) {
  remember(place);
  erase(place);
  insert(place, std::move(entry));
}

void Roster::remove(Place place) {
  remember(place);
  erase(place);
}

void Roster::leave_groups(std::string_view user_id) {
  for (const auto number : groups_of(user_id)) {
    auto group = *find({Kind::group, number})->document;
    json::array members;
    for (const auto& member : group["members"].as_array()) {
      if (scim::text_at(member.as_object(), "value") != user_id) members.push_back(member);
    }
    if (members.empty())
      group.erase("members");
    else
      group["members"] = std::move(members);
    put({Kind::group, number}, entry_of(Kind::group, std::move(group)));
  }
}

void Roster::undo() {
  const auto changed = std::exchange(changed_, {});
  for (const auto& [place, before] : changed) {
    erase(place);
    if (before) insert(place, *before);
  }
}

void Roster::remember(Place place) {
  if (changed_.contains(place)) return;
  const auto* before = find(place);
  changed_.emplace(place, before == nullptr ? std::nullopt : std::optional(*before));
}

void Roster::insert(Place place, Entry entry) {
  const auto [kind, number] = place;
  auto& table = tables_[at(kind)];
  table.ids[entry.id] = number;
  table.names[entry.name].insert(number);
  if (!entry.external_id.empty()) table.external_ids[entry.external_id].insert(number);
  if (kind == Kind::group) {
    const auto members = scim::members_of(*entry.document);
    memberships_ += members.size();
    for (const auto member : members) groups_of_[std::string(member)].insert(number);
  }
  table.entries.insert_or_assign(number, std::move(entry));
}

void Roster::erase(Place place) {
  const auto [kind, number] = place;
  auto& table = tables_[at(kind)];
  const auto found = table.entries.find(number);
  if (found == table.entries.end()) return;
  const auto& entry = found->second;
  if (const auto id = table.ids.find(entry.id); id != table.ids.end() && id->second == number)
    table.ids.erase(id);
  drop(table.names, entry.name, number);
  drop(table.external_ids, entry.external_id, number);
  if (kind == Kind::group) {
    const auto members = scim::members_of(*entry.document);
    memberships_ -= members.size();
    for (const auto member : members) drop(groups_of_, std::string(member), number);
  }
  table.entries.erase(found);
}

}  // namespace countersign::provisioning
