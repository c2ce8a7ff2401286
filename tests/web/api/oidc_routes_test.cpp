#include "web/api/oidc_routes.h"

#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace countersign::api {
namespace {

/// Routes of one provider, which cannot be reached.
class OidcRoutes : public ::testing::Test {
 protected:
  OidcRoutes() {
    auto options = [] {
      oidc::Options out;
      out.issuer = "https://id.example.com";
      out.client_id = "countersign";
      out.redirect_uri = "https://evidence.example.com/v1/oidc/corp/callback";
      return out;
    };
    std::vector<OidcProviders::Setting> settings;
    settings.push_back({"corp", "Example Corp", options(), {}});
    providers_ = std::make_unique<OidcProviders>(
        std::move(settings),
        [this](const oidc::Options&) {
          return [this](const oidc::FetchRequest&) -> base::Result<http::ClientResponse> {
            ++fetches_;
            return base::fail(base::Code::unavailable, "no connection");
          };
        },
        base::system_clock(), crypto::system_entropy());
    people_ = *People::start(
        {folder_ / "accounts.sqlite",
         {},
         {},
         base::system_clock(),
         crypto::system_entropy(),
         {},
         [](const auth::Account*, std::string_view, boost::json::object) { return base::Result<void>(); }});
    add_oidc(router_, *people_, *providers_);
    handler_ = router_.handler();
  }

  http::Response ask(const std::string& path, const std::string& peer = "192.0.2.1",
                     http::Fields fields = {}) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.peer = peer;
    request.fields = std::move(fields);
    auto answer = std::make_shared<std::promise<http::Response>>();
    auto answered = answer->get_future();
    handler_.handle(std::move(request),
                    [answer](http::Response response) { answer->set_value(std::move(response)); });
    EXPECT_EQ(answered.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    return answered.get();
  }

  testing::TempDir folder_;
  std::atomic<int> fetches_{0};
  std::unique_ptr<People> people_;
  std::unique_ptr<OidcProviders> providers_;
  http::Router router_;
  http::Handler handler_;
};

TEST_F(OidcRoutes, MakeAnAddressWaitThatBringsManyBadAnswers) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(ask("/v1/oidc/corp/callback").status, 400) << i;
  ask("/v1/oidc/corp/callback");
  const auto refused = ask("/v1/oidc/corp/callback");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(std::any_of(refused.headers.begin(), refused.headers.end(),
                          [](const auto& field) { return field.first == "Retry-After"; }));
  EXPECT_EQ(ask("/v1/oidc/corp/callback", "192.0.2.2").status, 400);
  EXPECT_EQ(fetches_, 0) << "an answer to nothing costs nothing";
}

TEST_F(OidcRoutes, BeginWithAPageAndNotWithAPartOfOne) {
  for (const auto* part : {"image", "iframe", "empty", "script"}) {
    const auto refused = ask("/v1/oidc/corp/sign-in", "192.0.2.1", {{"Sec-Fetch-Dest", part}});
    EXPECT_EQ(refused.status, 403) << part;
    EXPECT_TRUE(std::none_of(refused.headers.begin(), refused.headers.end(), [](const auto& field) {
      return field.first == "Set-Cookie";
    })) << "what waits elsewhere in the browser stays";
  }
  EXPECT_EQ(fetches_, 0);
  EXPECT_EQ(ask("/v1/oidc/corp/sign-in", "192.0.2.1", {{"Sec-Fetch-Dest", "document"}}).status, 502);
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(providers_->waiting().size(), 0u);
  EXPECT_EQ(ask("/v1/oidc/other/sign-in").status, 404);
}

TEST_F(OidcRoutes, AnswerAlsoWhenTheyStop) {
  providers_->stop();
  EXPECT_EQ(ask("/v1/oidc/corp/sign-in").status, 503);
  const auto cookie = providers_->waiting().put("corp", {"s", "n", "v", base::system_clock()()}, "a", {});
  const auto answer =
      ask("/v1/oidc/corp/callback", "192.0.2.1", {{"Cookie", std::string(kOidcCookie) + "=" + cookie}});
  EXPECT_EQ(answer.status, 503);
}

}  // namespace
}  // namespace countersign::api
