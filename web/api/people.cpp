#include "web/api/people.h"

#include "collector/endpoints/answer.h"
#include "ledger/crypto/digest.h"
#include "web/api/cookie.h"
#include "web/auth/factors.h"
#include "web/auth/sign_in.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace countersign::api {
namespace {

using base::Problem;

constexpr std::size_t kPasswordsWaitingMax = 32;  ///< at a third of a second each
constexpr std::size_t kWaitingMax = 256;
constexpr std::chrono::milliseconds kPause{500};

bool changes_something(const http::RequestHead& head) {
  return head.method != "GET" && head.method != "HEAD";
}

auto nobody() { return tl::unexpected(Problem{401, "about:blank", "sign in"}); }

}  // namespace

base::Result<std::unique_ptr<People>> People::start(Options options) {
  TRY_ASSIGN(auto first, auth::AccountStore::open(options.accounts));
  TRY_ASSIGN(auto second, auth::AccountStore::open(options.accounts));
  TRY_ASSIGN(auto accounts, first.all());
  std::unique_ptr<People> people(new People(std::move(options), std::move(first), std::move(second)));
  people->directory_.set(std::move(accounts));
  return people;
}

People::People(Options options, auth::AccountStore first, auth::AccountStore second)
    : options_(std::move(options)),
      sessions_(options_.entropy),
      password_access_(access_of(std::move(first))),
      access_(access_of(std::move(second))),
      password_desk_(std::make_unique<Desk>(kPasswordsWaitingMax, kPause,
                                            [this] { follow(password_access_, password_version_); })),
      desk_(std::make_unique<Desk>(kWaitingMax, kPause, [this] { follow(access_, version_); })) {}

auth::Access People::access_of(auth::AccountStore store) {
  return {std::move(store),
          sessions_,
          auth::PasswordRules(options_.breached_passwords),
          options_.sealing,
          options_.clock,
          options_.entropy,
          options_.record,
          options_.relying_party,
          names_,
          addresses_,
          challenges_,
          {},
          "Countersign",
          options_.record_all};
}

/// Reads the accounts again where they were changed, by whomever, and ends the sessions of who may not sign
/// in any more.
void People::follow(auth::Access& access, std::optional<std::int64_t>& version) {
  const auto now_version = access.store.version();
  if (now_version && version == *now_version) return;
  // Who signs in meanwhile may not be among those that are read now.
  const auto begun = options_.clock();
  auto accounts = now_version ? access.store.all() : base::fail(now_version.error());
  if (!accounts) {
    spdlog::error("the accounts were not read again, those of before hold: {}", accounts.error().message);
    return;
  }
  version = *now_version;
  directory_.set(std::move(*accounts));
  sessions_.keep_only([&](const auth::Session& session) {
    if (session.opened >= begun) return true;
    const auto account = directory_.active(session.account, begun);
    return account != nullptr && session.opened >= account->sessions_since;
  });
}

void People::stop() {
  password_desk_->stop();
  desk_->stop();
}

tl::expected<auth::Session, Problem> People::session_of(const http::RequestHead& head) {
  const auto cookie = session_cookie(head);
  auto session = cookie.empty() ? std::nullopt : sessions_.find(cookie, now());
  if (!session || !account_of(*session)) return nobody();
  // What is done is done from here, wherever the session was opened.
  session->peer = peer_of(head);
  if (!changes_something(head)) return std::move(*session);
  if (is_cross_site(head))
    return tl::unexpected(Problem{403, "about:blank", "this request comes from another site"});
  const auto token = head.header("X-CSRF-Token");
  if (!crypto::equal_in_constant_time(base::bytes_of(token), base::bytes_of(session->csrf)))
    return tl::unexpected(
        Problem{403, "about:blank", "send the session's csrf_token (GET /v1/session) as X-CSRF-Token"});
  return std::move(*session);
}

std::shared_ptr<const auth::Account> People::account_of(const auth::Session& session) const {
  return directory_.active(session.account, now());
}

endpoints::AskBySession People::by_session(ingest::IngestService& service) {
  using Found = tl::expected<std::optional<endpoints::Asker>, Problem>;
  return [this, &service](const http::RequestHead& head) -> Found {
    if (session_cookie(head).empty()) return std::optional<endpoints::Asker>();
    const auto session = session_of(head);
    if (!session) return tl::unexpected(session.error());
    const auto account = account_of(*session);
    if (!account) return nobody();
    if (!session->proof)
      return tl::unexpected(Problem{403, std::string(kSecondFactorProblem), "show a second factor first"});
    auto who = std::make_shared<ingest::Operator>();
    who->name = account->id;
    who->role = account->role;
    who->tenants = account->tenants;
    who->all_tenants = account->all_tenants;
    auto person = std::make_shared<endpoints::SignedIn>();
    person->account = account->id;
    person->session = session->id;
    person->period = account->period;
    return endpoints::Asker{service.registry(), std::move(who), std::move(person)};
  };
}

std::int64_t People::begin_try(std::string_view name, const auth::Peer& peer) {
  return auth::begin_try(names_, addresses_, name, peer, now(), directory_.knows(name, peer.address, now()));
}

std::optional<auth::Proof> People::take_proof(const std::string& session, std::int64_t window_s,
                                              const std::function<bool(std::string_view)>& serves) {
  auto taken = sessions_.change(session, [&](auth::Session& one) -> std::optional<auth::Proof> {
    if (!auth::is_fresh(one.proof, window_s, now()) || !serves(one.proof->factor)) return std::nullopt;
    if (window_s == 0) one.proof->used = true;
    return one.proof;
  });
  return taken ? std::move(*taken) : std::nullopt;
}

void People::check_password(Work work, http::Respond respond) {
  password_desk_->post([this, work = std::move(work)] { return work(password_access_); }, std::move(respond));
}

void People::serve(Work work, http::Respond respond) {
  desk_->post([this, work = std::move(work)] { return work(access_); }, std::move(respond));
}

auth::Peer peer_of(const http::RequestHead& head) {
  return {head.peer, std::string(head.header("User-Agent"))};
}

http::Response answer(const auth::Refusal& refusal) {
  auto response = endpoints::answer(Problem{refusal.status, "about:blank", refusal.detail});
  if (refusal.retry_after_s > 0) {
    std::erase_if(response.headers,
                  [](const auto& field) { return http::same_name(field.first, "Retry-After"); });
    response.headers.emplace_back("Retry-After", fmt::to_string(refusal.retry_after_s));
  }
  return response;
}

}  // namespace countersign::api
