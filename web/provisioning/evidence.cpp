#include "web/provisioning/evidence.h"

#include "web/provisioning/names.h"
#include "web/scim/resource.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace countersign::provisioning {
namespace {

namespace json = boost::json;

using scim::Change;
using scim::Kind;
using What = Change::What;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

bool is_of_roles(const Change& change) {
  return std::find(change.attributes.begin(), change.attributes.end(), "roles") != change.attributes.end();
}

/// An account that is not active lets nobody in.
constexpr std::string_view kInactive = "inactive";

struct Wording {
  std::string_view type;
  std::string_view action;
};

/// To be provisioned lifts what blocked the user, so that no other change of a user may be called so.
Wording wording_of(const Change& change) {
  const bool user = change.kind == Kind::user;
  switch (change.what) {
    case What::created:
      return user ? Wording{"user.provisioned", "create user"} : Wording{"action.performed", "create group"};
    case What::reactivated:
      return {"user.provisioned", "reactivate user"};
    case What::deactivated:
      return {"user.deprovisioned", "deactivate user"};
    case What::changed:
      if (!user) return {"action.performed", "update group"};
      return {is_of_roles(change) ? "user.role_changed" : "action.performed", "update user"};
    case What::deleted:
      return user ? Wording{"user.deprovisioned", "delete user"}
                  : Wording{"action.performed", "delete group"};
    case What::member_added:
      return {"user.role_changed", "add member"};
    case What::member_removed:
      return {"user.role_changed", "remove member"};
  }
  return {};
}

class Telling {
 public:
  Telling(const std::vector<Change>& changes, const Before& before, scim::Store& store,
          const Occasion& occasion)
      : before_(before), store_(store), occasion_(occasion) {
    // What was deleted is in no store any more.
    for (const auto& change : changes) {
      if (!change.document.empty()) documents_.insert_or_assign(change.id, &change.document);
    }
  }

  base::Result<void> tell(const Change& change) {
    if (!change.group_id.empty()) return tell_member(change);
    if (change.kind == Kind::user) {
      tell_user(change);
      return {};
    }
    add(wording_of(change).type, {}, on_group(change, change.document));
    return {};
  }

  std::vector<ingest::MadeEvent> take() { return std::move(events_); }

 private:
  base::Result<void> tell_member(const Change& change) {
    TRY_ASSIGN(const auto group, document(Kind::group, change.group_id));
    TRY_ASSIGN(const auto user, document(Kind::user, change.id));
    auto actor = user.empty() ? json::object{{"id", change.id}} : actor_of(user);
    add(wording_of(change).type, std::move(actor), on_group(change, group));
    return {};
  }

  void tell_user(const Change& change) {
    json::object action{{"name", view(wording_of(change).action)}, {"resource", "Users/" + change.id}};
    if (!change.attributes.empty()) action["context"] = fmt::format("{}", fmt::join(change.attributes, ", "));
    auto actor = actor_of(change.document);
    const auto known = before_.find(change.id);
    const auto old = known == before_.end() ? actor : actor_of(known->second);
    const bool active = scim::is_active(change.document);
    const auto payload = payload_of(change.document);
    if (change.what == What::changed && !active && has_new_name(old, actor)) {
      // By the new name nobody was kept out yet.
      add("user.suspended", actor, action, payload, kInactive);
    } else {
      add(wording_of(change).type, change.what == What::deactivated ? old : actor, action, payload);
    }
    if (change.what == What::created && !active) add("user.suspended", actor, action, payload, kInactive);
    if (change.what == What::changed) add_link(link_between(old, actor, change.id), "rename user", action);
    if (change.what != What::changed && change.what != What::created) return;
    const auto address = other_address(change.document);
    if (address.empty() || (known != before_.end() && other_address(known->second) == address)) return;
    action["context"] = "emails";
    add_link(link_between(actor, {{"email", view(address)}}, change.id), "name user", action);
  }

  /// So that who looks for a person by one name finds the others.
  void add_link(const std::optional<Link>& link, std::string_view name, json::object action) {
    if (!link) return;
    action["name"] = view(name);
    add("action.performed", link->first, action);
    if (link->second) add("action.performed", *link->second, action);
  }

  static json::object on_group(const Change& change, const json::object& group) {
    return {{"name", view(wording_of(change).action)},
            {"resource", "Groups/" + (change.group_id.empty() ? change.id : change.group_id)},
            {"context", view(scim::text_at(group, "displayName"))}};
  }

  void add(std::string_view type, json::object actor, json::object action,
           std::optional<std::string> payload = {}, std::string_view reason = {}) {
    ingest::MadeEvent made;
    made.event = {{"id", crypto::random_id(occasion_.entropy)},
                  {"time", base::format_rfc3339(occasion_.time)},
                  {"type", view(type)},
                  {"tenant", occasion_.tenant.value()}};
    if (!actor.empty()) made.event["actor"] = std::move(actor);
    made.event["action"] = std::move(action);
    if (!reason.empty()) made.event["outcome"] = json::object{{"reason", view(reason)}};
    made.raw = std::move(payload);
    events_.push_back(std::move(made));
  }

  /// Empty where it is nowhere.
  base::Result<json::object> document(Kind kind, const std::string& id) {
    if (const auto known = documents_.find(id); known != documents_.end()) return *known->second;
    TRY_ASSIGN(auto found, store_.find(kind, id));
    return found ? std::move(*found) : json::object();
  }

  const Before& before_;
  scim::Store& store_;
  const Occasion& occasion_;
  std::unordered_map<std::string, const json::object*> documents_;
  std::vector<ingest::MadeEvent> events_;
};

}  // namespace

std::string payload_of(const json::object& user) { return json::serialize(user); }

base::Result<std::vector<ingest::MadeEvent>> events_of(const std::vector<Change>& changes,
                                                       const Before& before, scim::Store& store,
                                                       const Occasion& occasion) {
  Telling telling(changes, before, store, occasion);
  for (const auto& change : changes) TRY(telling.tell(change));
  return telling.take();
}

}  // namespace countersign::provisioning
