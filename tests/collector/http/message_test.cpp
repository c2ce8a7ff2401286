#include "collector/http/message.h"

#include <gtest/gtest.h>

namespace countersign::http {
namespace {

AnswerContext at_epoch() {
  AnswerContext context;
  context.time_s = 784'111'777;
  return context;
}

TEST(ResponseHead, IsWrittenWithItsSecurityFields) {
  Response response;
  response.content_type = "text/plain";
  response.body = "hello";
  response.headers = {{"Retry-After", "1"}};
  EXPECT_EQ(write_head(response, at_epoch()),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
            "Retry-After: 1\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
            "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
            "Content-Length: 5\r\n\r\n");
}

TEST(ResponseHead, SaysHowTheConnectionStands) {
  auto context = at_epoch();
  context.tls = true;
  context.close = true;
  const auto head = write_head(Response(), context);
  ASSERT_TRUE(head);
  EXPECT_NE(head->find("\r\nStrict-Transport-Security: max-age=31536000\r\n"), std::string::npos);
  EXPECT_NE(head->find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(ResponseHead, LeavesTheFramingToTheServer) {
  Response response;
  response.headers = {{"content-length", "12345"},
                      {"Transfer-Encoding", "chunked"},
                      {"connection", "keep-alive"},
                      {"Server", "x"},
                      {"cache-control", "max-age=60"}};
  const auto head = write_head(response, at_epoch());
  ASSERT_TRUE(head);
  for (const auto* gone : {"12345", "chunked", "keep-alive", "Server", "no-store"})
    EXPECT_EQ(head->find(gone), std::string::npos) << gone;
  EXPECT_NE(head->find("max-age=60"), std::string::npos);
}

TEST(ResponseHead, CannotBeSplitByAValue) {
  Response response;
  response.headers = {{"Location", "/x\r\nSet-Cookie: a=b"}};
  EXPECT_EQ(write_head(response, at_epoch()), std::nullopt);
  response.headers = {{"Bad Name", "x"}};
  EXPECT_EQ(write_head(response, at_epoch()), std::nullopt);
  response.headers.clear();
  response.content_type = "text/plain\nX: y";
  EXPECT_EQ(write_head(response, at_epoch()), std::nullopt);
  response.content_type = "text/plain";
  response.status = 199;
  EXPECT_EQ(write_head(response, at_epoch()), std::nullopt);
}

TEST(Problem, IsAnRfc9457Document) {
  const auto response = problem(413, "Too \"large\".");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Content Too Large","status":413,"detail":"Too \"large\"."})");
}

}  // namespace
}  // namespace countersign::http
