#include "collector/endpoints/answer.h"
#include "web/admin/administration.h"
#include "web/admin/own_accounts.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"
#include "web/api/person_route.h"
#include "web/auth/administration.h"
#include "web/auth/sign_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace countersign::admin {

namespace json = boost::json;

using endpoints::Asker;

namespace {

/// What is done to an account. `takes_away`: she cannot come in as before.
struct Action {
  std::string_view name;
  base::Result<auth::Account> (*carry_out)(const auth::Administrator&, std::string_view id);
  bool takes_away;
};
constexpr Action kActions[] = {{"disable", auth::disable, true},
                               {"enable", auth::enable, false},
                               {"unlock", auth::unlock, false},
                               {"reset-factors", auth::reset_factors, true}};

constexpr std::string_view kNoAccount = "there is no account of that id that you look after";

/// Accounts say in their own words, which name nobody, why something cannot be done to them.
http::Response account_failure(const base::Error& error) {
  return failure(error, {.not_found = kNoAccount,
                         .already_exists = "there is an account of that name already",
                         .failed_precondition = error.message});
}

auth::Administrator administrator(auth::Access& access, const Act& act) {
  return {access.store, access.record, access.clock, access.entropy, act.members};
}

/// The account of an id, if the asker looks after it.
base::Result<auth::Account> find(auth::Access& access, const Asker& asker, const std::string& id) {
  TRY_ASSIGN(auto found, access.store.by_id(id));
  if (!found || !looks_after(asker, *found))
    return base::fail(base::Code::not_found, std::string(kNoAccount));
  return std::move(*found);
}

base::Result<void> check_taking_away(auth::Access& access, const Asker& asker, const auth::Account& account) {
  TRY_ASSIGN(const auto all, access.store.all());
  return may_be_taken_away(asker, account, all, access.clock());
}

http::Response list(auth::Access& access, const Asker& asker, const json::object& members) {
  const auto accounts = access.store.all();
  if (!accounts) return account_failure(accounts.error());
  json::array out;
  for (const auto& one : *accounts)
    if (sees(asker, one)) out.push_back(user_document(asker, one, access.clock()));
  // Names of people are personal; a token is not told them.
  if (asker.person) {
    if (const auto noted = access.record(nullptr, "personal.viewed", members); !noted)
      return account_failure(noted.error());
  }
  return api::document(200, {{"users", std::move(out)}});
}

http::Response invited(const Calls& calls, const Act& act, int status, const auth::Invited& made,
                       base::Timestamp now) {
  auto out = user_document(act.asker, made.account, now);
  out["link"] = calls.invitation_link(made.token);
  out["invitation_expires"] = base::format_rfc3339({now.micros + auth::kInvitationS * 1'000'000});
  return api::document(status, out);
}

http::Response carry_out(auth::Access& access, const Act& act, const Action& action, const std::string& id) {
  const auto account = find(access, act.asker, id);
  if (!account) return account_failure(account.error());
  if (action.takes_away) {
    if (const auto may = check_taking_away(access, act.asker, *account); !may)
      return account_failure(may.error());
  }
  const auto done = action.carry_out(administrator(access, act), id);
  if (!done) return account_failure(done.error());
  return api::document(200, user_document(act.asker, *done, access.clock()));
}

http::Response remove(auth::Access& access, const Act& act, const std::string& id) {
  const auto account = find(access, act.asker, id);
  if (!account) return account_failure(account.error());
  if (const auto may = check_taking_away(access, act.asker, *account); !may)
    return account_failure(may.error());
  if (const auto done = auth::remove(administrator(access, act), id); !done)
    return account_failure(done.error());
  return {204, {}, {}, {}};
}

}  // namespace

void Administration::add_users(http::Router& router, const endpoints::Reception& reception) {
  const std::string path = "/v1/admin/users";
  using Serve = std::function<http::Response(auth::Access&, const Act&)>;
  const auto serve = [this](Act act, const http::Respond& respond, Serve work) {
    people_.serve([act = std::move(act), work = std::move(work)](
                      auth::Access& access) { return act.still_may() ? work(access, act) : may_no_more(); },
                  respond);
  };
  router.add(endpoints::operator_route(
      "GET", path, reception, admins,
      [this](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        json::object members{
            {"actor", {{"id", asker.who->name}, {"role", std::string(to_string(asker.who->role))}}},
            {"action", {{"name", "list users"}, {"resource", "users of the appliance"}}},
            {"device", auth::device_of(api::peer_of(request))}};
        if (asker.person) members["session"] = {{"id", asker.person->session}};
        people_.serve([asker, members](auth::Access& access) { return list(access, asker, members); },
                      respond);
      }));
  router.add(
      changing_route("POST", path, reception, people_, admins,
                     [this, serve](Act act, const http::Request& request, const http::Respond& respond) {
                       const auto body = api::read_object(request);
                       if (!body) return respond(endpoints::answer(body.error()));
                       auto wish = read_account(*body, act.asker);
                       if (!wish) return respond(endpoints::answer(wish.error()));
                       serve(std::move(act), respond,
                             [this, wish = std::move(*wish)](auth::Access& access, const Act& still) {
                               const auto made = auth::add_account(administrator(access, still), wish);
                               return made ? invited(calls_, still, 201, *made, access.clock())
                                           : account_failure(made.error());
                             });
                     }));
  const auto of_one =
      [&](std::string method, std::string pattern,
          std::function<http::Response(auth::Access&, const Act&, const std::string& id)> work) {
        auto route = changing_route(
            std::move(method), std::move(pattern), reception, people_, admins,
            [serve, work = std::move(work)](Act act, const http::Request& request,
                                            const http::Respond& respond) {
              std::string id(request.parameter("id"));
              serve(std::move(act), respond,
                    [work, id](auth::Access& access, const Act& still) { return work(access, still, id); });
            });
        route.body_bytes_max = {};
        router.add(std::move(route));
      };
  of_one("POST", path + "/{id}/invite", [this](auth::Access& access, const Act& act, const std::string& id) {
    const auto account = find(access, act.asker, id);
    if (!account) return account_failure(account.error());
    // Who wants another password of his own shows the present one.
    if (account->id == act.asker.who->name)
      return api::refusal(409, "this is your own account; change your password under /v1/account/password");
    const auto made = auth::invite_again(administrator(access, act), id);
    return made ? invited(calls_, act, 200, *made, access.clock()) : account_failure(made.error());
  });
  for (const auto& action : kActions)
    of_one("POST", fmt::format("{}/{{id}}/{}", path, action.name),
           [&action](auth::Access& access, const Act& act, const std::string& id) {
             return carry_out(access, act, action, id);
           });
  of_one("DELETE", path + "/{id}", remove);
}

}  // namespace countersign::admin
