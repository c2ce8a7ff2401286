#include "web/oidc/fetch.h"

#include "tests/collector/http/test_server.h"
#include "tests/collector/http/tls_files.h"

#include <gtest/gtest.h>

namespace countersign::oidc {
namespace {

struct FetchTest : ::testing::Test {
  FetchTest() {
    http::Handler handler;
    handler.handle = [this](http::Request request, const http::Respond& respond) {
      ++handled;
      auto answer = http::TestServer::text(request.method + " " + request.path + "?" + request.query + " " +
                                           std::string(request.header("X-Test")) + " " + request.body);
      if (request.path == "/moved") {
        answer.status = 302;
        answer.headers = {{"Location", "/elsewhere"}};
      }
      respond(answer);
    };
    server = std::make_unique<http::TestServer>(http::quick_limits(), handler, files);
  }

  FetchRequest request(const std::string& path, const std::string& host = "localhost") const {
    FetchRequest out;
    out.url = "https://" + host + ":" + std::to_string(server->port()) + path;
    return out;
  }

  testing::TempDir folder;
  http::TlsFiles files = http::make_certificate(folder, "localhost");
  std::atomic<int> handled = 0;
  std::unique_ptr<http::TestServer> server;
};

TEST_F(FetchTest, SendsTheWholeRequest) {
  auto post = request("/token?a=b");
  post.method = "POST";
  post.headers = {{"X-Test", "yes"}};
  post.body = "body";
  const auto answer = http_fetch(files.certificate_pem)(post);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /token?a=b yes body");
}

TEST_F(FetchTest, FollowsNoRedirection) {
  const auto answer = http_fetch(files.certificate_pem)(request("/moved"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(handled, 1);
}

TEST_F(FetchTest, TrustsOnlyWhatItWasToldToTrust) {
  const auto unknown = http_fetch({})(request("/"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, base::Code::failed_precondition) << unknown.error().message;
  const auto other_name = http_fetch(files.certificate_pem)(request("/", "127.0.0.1"));
  ASSERT_FALSE(other_name);
  EXPECT_EQ(other_name.error().code, base::Code::failed_precondition) << other_name.error().message;
  EXPECT_EQ(handled, 0);
}

TEST_F(FetchTest, RefusesWhatIsNoAddress) {
  FetchRequest wrong;
  wrong.url = "ftp://localhost/";
  EXPECT_EQ(http_fetch({})(wrong).error().code, base::Code::invalid_argument);
}

}  // namespace
}  // namespace countersign::oidc
