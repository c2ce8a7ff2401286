#include "apps/daemon/procurement/trust_office.h"

#include "apps/accounts.h"
#include "apps/trust_statement.h"
#include "apps/vendor_stores.h"

#include <spdlog/spdlog.h>

namespace countersign::apps {
namespace {

using base::Code;

constexpr std::size_t kWaitingMax = 64;
constexpr std::chrono::seconds kPause{2}, kBetweenLooks{10}, kBetweenTidies{30};

}  // namespace

TrustOffice::Page::Page(TrustOffice& office)
    : board({trust_subject(office.config_), office.config_.trust.keep_days}, base::system_clock()()),
      routes({[&office] { return office.documents(); }, [&office] { return office.requests(office.asked_); }},
             board, office.desk_, office.metrics_, base::system_clock()) {}

TrustOffice::TrustOffice(const Config& config, TenantFacts& facts, api::People& people,
                         base::Metrics& metrics)
    : config_(config),
      facts_(facts),
      metrics_(metrics),
      desk_(kWaitingMax, kPause, [this] { tidy(); }),
      access_({[this] { return requests(decided_); },
               [config](const std::string& token) { return invitation_link(config, token); }},
              {config.trust.tenant, config.trust.login_days}, people) {
  if (!config_.trust.enabled) return;
  page_.emplace(*this);
  looks_.emplace(0, kPause, [this] { look(); });
}

void TrustOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  access_.add_routes(router, reception);
  if (page_) page_->routes.add_routes(router);
}

TrustOffice::Watched TrustOffice::watched() const {
  Watched out;
  if (page_)
    out[base::TenantId(config_.trust.tenant)].insert(config_.trust.controls.begin(),
                                                     config_.trust.controls.end());
  return out;
}

void TrustOffice::stop() {
  if (looks_) looks_->stop();
  desk_.stop();
}

base::Result<trust::Requests*> TrustOffice::requests(std::optional<trust::Requests>& kept) const {
  if (!kept) {
    if (!config_.trust.enabled && !has_requests(config_))
      return base::fail(Code::not_found, "nobody has asked for access");
    TRY_ASSIGN(auto opened, open_requests(config_));
    kept.emplace(std::move(opened));
  }
  return &*kept;
}

base::Result<documents::Store*> TrustOffice::documents() {
  if (!documents_) {
    if (!has_documents(config_)) return base::fail(Code::not_found, "there are no documents");
    TRY_ASSIGN(auto opened, open_documents(config_));
    documents_.emplace(std::move(opened));
  }
  return &*documents_;
}

/// Says what goes wrong once a change.
void TrustOffice::tell(std::string& told, const char* what, const base::Result<void>& result) {
  const auto now = result ? std::string() : result.error().message;
  if (!now.empty() && now != told) spdlog::error("{}: {}", what, now);
  told = now;
}

void TrustOffice::look() {
  const auto now = std::chrono::steady_clock::now();
  if (now < page_->next_look) return;
  page_->next_look = now + kBetweenLooks;
  const auto known = facts_.recent(config_.trust.tenant);
  const auto statement =
      known ? trust_statement(config_, known->facts, known->time) : tl::unexpected(known.error());
  if (statement)
    page_->board.put(*statement, known->gathered);
  else if (statement.error().code != Code::unavailable)
    page_->board.take_down();
  tell(page_->told, "the trust page cannot say what the evidence shows",
       statement ? base::Result<void>() : tl::unexpected(statement.error()));
}

base::Result<void> TrustOffice::tidy_now() {
  if (!has_requests(config_)) return {};
  TRY_ASSIGN(auto* const all, requests(asked_));
  TRY_ASSIGN(const auto waiting, all->tidy());
  metrics_
      .get("countersign_trust_requests", "Requests for access that wait to be decided",
           base::MetricType::gauge, {{"state", "pending"}})
      .set(static_cast<std::int64_t>(waiting));
  return {};
}

void TrustOffice::tidy() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_tidy_) return;
  next_tidy_ = now + kBetweenTidies;
  tell(told_, "requests for access cannot be looked after", tidy_now());
}

}  // namespace countersign::apps
