#include "web/auth/scim_accounts.h"

#include "ledger/base/utf8.h"
#include "web/scim/resource.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>
#include <optional>
#include <string>

namespace countersign::auth {
namespace {

namespace json = boost::json;

using scim::Change;
using scim::Kind;
using scim::ScimType;

constexpr std::size_t kDisplayNameMax = 128;

/// What runs out here is the disk.
tl::unexpected<scim::Refusal> refused(const base::Error& error) {
  return tl::unexpected(scim::refusal_of(error, base::Exhausted::disk));
}

std::string display_name_of(const json::object& user) {
  std::string_view name = scim::text_at(user, "displayName");
  if (const auto* parts = user.if_contains("name"); name.empty() && parts != nullptr && parts->is_object())
    name = scim::text_at(parts->get_object(), "formatted");
  return std::string(base::cut(name, kDisplayNameMax));
}

/// Brings accounts in line with their users. What is to be recorded waits in `notes`.
class Follower {
 public:
  Follower(const Administrator& by, const std::vector<GroupRights>& rights, Provisioned& provisioned)
      : by_{by.store, queue_, by.clock, by.entropy, by.members}, rights_(rights), provisioned_(provisioned) {}
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  const std::vector<Noted>& notes() const { return notes_; }

  scim::Outcome<void> follow(const std::string& user_id) {
    const auto user = provisioned_.find(Kind::user, user_id);
    if (!user) return refused(user.error());
    const auto account = by_.store.by_scim(user_id);
    if (!account) return refused(account.error());
    if (!*user) return *account ? remove(**account) : scim::Outcome<void>();
    const auto groups = provisioned_.groups_of(user_id);
    if (!groups) return refused(groups.error());
    std::vector<std::string> names;
    for (const auto& group : *groups) names.push_back(group.display_name);
    const auto rights = rights_by(names, rights_);
    const bool wanted = rights && scim::is_active(**user);
    if (!*account && !wanted) return {};
    auto name = name_for(**user, user_id);
    if (!name && (wanted || name.error().status >= 500)) return tl::unexpected(name.error());
    if (!*account) return add(*name, **user, *rights);
    // Nobody keeps her rights because her new name cannot be had.
    return change(**account, name ? *name : (*account)->name, **user, rights);
  }

 private:
  scim::Outcome<std::string> name_for(const json::object& user, const std::string& user_id) {
    auto name = parse_account_name(scim::text_at(user, "userName"));
    if (!name) return scim::refuse(ScimType::invalid_value, "userName: " + name.error().message);
    const auto other = by_.store.by_name(*name);
    if (!other) return refused(other.error());
    if (!*other || ((*other)->scim && (*other)->scim->id == user_id)) return std::move(*name);
    return tl::unexpected(
        scim::Refusal{409, ScimType::uniqueness,
                      "there is an account of that userName which was not provisioned by SCIM; whoever looks "
                      "after the appliance can remove it"});
  }

  scim::Outcome<void> add(const std::string& name, const json::object& user, const GroupRights& rights) {
    const auto now = by_.clock();
    Account account;
    account.id = crypto::random_id(by_.entropy);
    account.created = now;
    account.scim.emplace();
    account.scim->granted = now;
    describe(account, name, user);
    grant(account, rights, now, account.scim->granted);
    return written(note(by_, account, "user.provisioned", "add account", over_scim(account)),
                   by_.store.add(account));
  }

  scim::Outcome<void> remove(const Account& account) {
    return written(note(by_, account, "user.deprovisioned", "remove account", "over SCIM"),
                   by_.store.remove(account.id));
  }

  scim::Outcome<void> change(const Account& before, const std::string& name, const json::object& user,
                             const std::optional<GroupRights>& rights) {
    const auto now = by_.clock();
    auto after = before;
    describe(after, name, user);
    const bool granted = rights && grant(after, *rights, now, after.scim->granted);
    after.scim->suspended = !rights || !scim::is_active(user);
    // Another identifier is perhaps another person: whom the provider opened the account for is asked anew.
    const bool other_identity = after.scim->external_id != before.scim->external_id;
    if (other_identity) after.oidc.reset();
    if (other_identity || (after.scim->suspended && !before.scim->suspended)) {
      after.sessions_since = now;
      after.invitation.reset();
    }
    if (after == before) return {};
    if (auto noted = note_change(before, after, granted, rights.has_value()); !noted)
      return refused(noted.error());
    const auto changed = by_.store.change(before.id, [&](Account& one) -> base::Result<void> {
      one = after;
      return {};
    });
    if (!changed) return refused(changed.error());
    return {};
  }

  /// A record of each thing that changed.
  base::Result<void> note_change(const Account& before, const Account& after, bool granted, bool has_rights) {
    if (after.scim->external_id != before.scim->external_id)
      TRY(note(by_, after, "user.provisioned", "change identity", over_scim(after)));
    if (after.name != before.name || after.display_name != before.display_name)
      TRY(note(by_, after, "user.provisioned", "change name", over_scim(after)));
    if (granted) TRY(note(by_, after, "user.role_changed", "change rights", over_scim(after)));
    if (after.scim->suspended == before.scim->suspended) return {};
    if (!after.scim->suspended)
      return note(by_, after, "user.provisioned", "enable account", over_scim(after));
    return note(by_, after, "user.suspended", "disable account", "over SCIM",
                has_rights ? "deactivated" : "no_role");
  }

  static void describe(Account& account, const std::string& name, const json::object& user) {
    account.name = name;
    account.display_name = display_name_of(user);
    account.scim->id = scim::text_at(user, "id");
    account.scim->external_id = scim::text_at(user, "externalId");
  }

  static std::string over_scim(const Account& account) {
    return fmt::format("over SCIM: {}", rights_of(account));
  }

  static scim::Outcome<void> written(const base::Result<void>& noted, const base::Result<void>& done) {
    if (!noted) return refused(noted.error());
    if (!done) return refused(done.error());
    return {};
  }

  std::vector<Noted> notes_;
  const Record queue_ = [this](const Account* whose, std::string_view type,
                               json::object members) -> base::Result<void> {
    notes_.push_back(
        {whose == nullptr ? std::nullopt : std::optional(*whose), std::string(type), std::move(members)});
    return {};
  };
  const Administrator by_;
  const std::vector<GroupRights>& rights_;
  Provisioned& provisioned_;
};

/// Whom a change may give or take something: the users that the request is about, of whom true is said, and
/// the members of groups.
std::map<std::string, bool> users_of(const std::vector<Change>& changes) {
  std::map<std::string, bool> out;
  for (const auto& change : changes) {
    if (change.kind == Kind::user) out[change.id] = out[change.id] || change.group_id.empty();
    if (change.kind == Kind::group)
      for (const auto member : scim::members_of(change.document)) out.emplace(member, false);
  }
  return out;
}

/// Whether a user has no account because of her name alone, and that can wait.
bool can_wait(const scim::Refusal& refusal) { return refusal.status == 400 || refusal.status == 409; }

void warn(const std::string& user, const scim::Refusal& refusal) {
  spdlog::warn("the provisioned user {} has no account, or the one of before: {}", user, refusal.detail);
}

}  // namespace

scim::Answer answer_scim(const Administrator& by, const RecordAll& record_all, const scim::Service& service,
                         const std::vector<GroupRights>& rights, const scim::Request& request) {
  scim::Answer answer;
  const auto done = by.store.together([&](Provisioned& provisioned) -> base::Result<bool> {
    answer = service.answer(request, provisioned);
    Follower follower(by, rights, provisioned);
    for (const auto& [user, is_about] : users_of(answer.changes)) {
      const auto followed = follower.follow(user);
      if (followed) continue;
      if (is_about || !can_wait(followed.error())) {
        answer = scim::answer_of(followed.error());
        return false;
      }
      warn(user, followed.error());
    }
    TRY(record_all(follower.notes()));
    return !answer.changes.empty();
  });
  if (done) return answer;
  spdlog::error("a request of an identity platform was not carried out: {}", done.error().message);
  return scim::answer_of(scim::refusal_of(done.error(), base::Exhausted::disk));
}

base::Result<void> follow_rights(const Administrator& by, const RecordAll& record_all,
                                 const std::vector<GroupRights>& rights) {
  return by.store.together([&](Provisioned& provisioned) -> base::Result<bool> {
    std::vector<std::string> users;
    TRY(provisioned.scan(Kind::user, 0, [&](const json::object& user) {
      users.emplace_back(scim::text_at(user, "id"));
      return true;
    }));
    Follower follower(by, rights, provisioned);
    for (const auto& user : users) {
      const auto followed = follower.follow(user);
      if (followed) continue;
      if (!can_wait(followed.error())) return base::fail(base::Code::internal, followed.error().detail);
      warn(user, followed.error());
    }
    TRY(record_all(follower.notes()));
    return true;
  });
}

}  // namespace countersign::auth
