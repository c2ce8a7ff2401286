#include "web/procurement/trust_routes.h"

#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace countersign::procurement {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class TrustVisitor : public ::testing::Test {
 protected:
  explicit TrustVisitor(bool takes_requests = true)
      : board_({{"Example Inc.", "", takes_requests, {}}, 30}, {0}) {
    routes_.add_routes(router_);
    handler_ = router_.handler();
  }

  /// The answer to a request as the server hands it over.
  http::Response ask(const std::string& method, const std::string& path, const std::string& body = {},
                     const std::string& type = "application/json", const std::string& peer = "192.0.2.7") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.fields = {{"Content-Type", type}, {"User-Agent", "visitor/1"}};
    request.peer = peer;
    request.body = body;
    request.content_length = body.size();
    if (auto refused = handler_.admit(request)) return *refused;
    std::promise<http::Response> answer;
    handler_.handle(request, [&](http::Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }

  http::Response post(int number, const std::string& peer = "192.0.2.7") {
    return ask("POST", "/v1/trust/requests",
               fmt::format(R"({{"name":"a","email":"a{}@example.com","company":"c","reason":"r"}})", number),
               "application/json", peer);
  }

  static std::string field(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (http::same_name(key, name)) return value;
    return {};
  }

  trust::Requests open() {
    return trust::Requests::open({trust::folder_in(dir_.path()),
                                  [this](const boost::json::object& event) -> base::Result<void> {
                                    events_.push_back(event);
                                    return {};
                                  },
                                  30, base::system_clock(), crypto::system_entropy()})
        .value();
  }

  testing::TempDir dir_;
  base::Metrics metrics_;
  base::Timestamp now_{1'770'000'000'000'000};
  std::vector<boost::json::object> events_;
  trust::Requests requests_ = open();
  TrustBoard board_;
  api::Desk desk_{64};
  TrustRoutes routes_{{[]() -> base::Result<documents::Store*> {
                         return base::fail(base::Code::not_found, "there are no documents");
                       },
                       [this]() -> base::Result<trust::Requests*> { return &requests_; }},
                      board_,
                      desk_,
                      metrics_,
                      [this] { return now_; }};
  http::Router router_;
  http::Handler handler_;
};

class TrustVisitorWhoMayNotAsk : public TrustVisitor {
 protected:
  TrustVisitorWhoMayNotAsk() : TrustVisitor(false) {}
};

TEST_F(TrustVisitor, IsShownThePage) {
  EXPECT_EQ(ask("GET", "/trust").status, 200);
  EXPECT_THAT(ask("GET", "/trust").body, HasSubstr("<h1>Example Inc.</h1>"));
  EXPECT_THAT(ask("GET", "/v1/trust").body, HasSubstr("\"vendor\":\"Example Inc.\""));
  EXPECT_EQ(ask("GET", "/v1/trust/documents/0/file").status, 404);
}

TEST_F(TrustVisitor, AsksForAccessOnThePageAndAsAProgram) {
  const auto page = ask("POST", "/trust/requests", "name=Ana&email=ana%40example.com&company=c&reason=r",
                        "application/x-www-form-urlencoded");
  EXPECT_EQ(page.status, 202);
  EXPECT_THAT(page.body, HasSubstr("Your request is with the vendor"));
  const auto again = ask("POST", "/trust/requests", "name=Eve&email=ANA%40example.com&company=d&reason=s",
                         "application/x-www-form-urlencoded");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, page.body) << "nothing tells that somebody has asked before";
  EXPECT_EQ(post(1).body, R"({"taken":true})");
  EXPECT_THAT(*requests_.list(), SizeIs(2));
  ASSERT_THAT(events_, SizeIs(2));
  EXPECT_EQ(events_[0].at("device").at("ip"), "192.0.2.7");
  EXPECT_EQ(events_[0].at("device").at("user_agent"), "visitor/1");
  EXPECT_THAT(metrics_.to_prometheus(), HasSubstr("countersign_trust_requests_total{result=\"taken\"} 3"));
}

TEST_F(TrustVisitor, IsToldWhatIsWrongOnAPageOrAsAProblem) {
  const auto page = ask("POST", "/trust/requests", "name=Ana&email=ana&company=c&reason=r",
                        "application/x-www-form-urlencoded");
  EXPECT_EQ(page.status, 422);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("Email is a mail address"));
  const auto problem = ask("POST", "/v1/trust/requests", "{}");
  EXPECT_EQ(problem.status, 422);
  EXPECT_EQ(problem.content_type, "application/problem+json");
  EXPECT_THAT(events_, SizeIs(0));
}

TEST_F(TrustVisitor, AsksFiveTimesAnHourFromOneNetwork) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post(i, "2001:db8:0:1::1").status, 202) << i;
  const auto limited = post(5, "2001:db8:0:1::2");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(field(limited, "Retry-After"), "3600");
  EXPECT_EQ(ask("POST", "/trust/requests", "name=a&email=a5%40example.com&company=c&reason=r",
                "application/x-www-form-urlencoded", "2001:db8:0:1::3")
                .status,
            429)
      << "the page and programs count together";
  EXPECT_EQ(post(5, "2001:db8:0:2::1").status, 202) << "another network";
  EXPECT_THAT(*requests_.list(), SizeIs(6));
  now_.micros += 3'600ll * 1'000'000;
  EXPECT_EQ(post(6, "2001:db8:0:1::2").status, 202);
}

TEST_F(TrustVisitor, IsToldWhereTooManyWait) {
  for (std::size_t i = 0; i < trust::Requests::kPendingMax; ++i)
    ASSERT_TRUE(*requests_.add({"a", fmt::format("b{}@example.com", i), "c", "r"}, {}));
  const auto full = post(1);
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(field(full, "Retry-After"), "3600");
}

TEST_F(TrustVisitor, SendsLittle) {
  http::RequestHead head;
  head.method = "POST";
  head.path = "/trust/requests";
  EXPECT_EQ(handler_.body_bytes_max(head), 8u << 10);
}

TEST_F(TrustVisitorWhoMayNotAsk, FindsNothingToAskAt) {
  EXPECT_EQ(ask("GET", "/trust").status, 200);
  EXPECT_EQ(post(1).status, 404);
  EXPECT_EQ(ask("POST", "/trust/requests").status, 404);
  EXPECT_EQ(ask("POST", "/trust/requests").body, ask("POST", "/nowhere").body);
}

}  // namespace
}  // namespace countersign::procurement
