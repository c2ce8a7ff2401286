#include "tests/collector/http/test_server.h"

#include <gtest/gtest.h>

namespace countersign::http {
namespace {

using namespace std::string_literals;

struct Shape {
  const char* name;
  std::string bytes;
  int status;
};

/// Each is sent as it stands. None may reach the handler, and none may leave the connection open: the second
/// request that some of them hide would then be served.
std::vector<Shape> refused_shapes() {
  const auto smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"s;
  const auto post = "POST / HTTP/1.1\r\nHost: x\r\n"s;
  const auto get = "GET / HTTP/1.1\r\nHost: x\r\n"s;
  const auto chunks = "5\r\nhello\r\n0\r\n\r\n"s;
  return {
      {"ChunkedWithTrailers", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: y\r\nX: y\r\n\r\n", 400},
      {"ChunkExtensions", post + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkSizeWithSpace", post + "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkSizeWithSign", post + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkSizeWithPrefix", post + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkSizeTooLong", post + "Transfer-Encoding: chunked\r\n\r\n000000005\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkSizeEmpty", post + "Transfer-Encoding: chunked\r\n\r\n\r\n" + smuggled, 400},
      {"ChunkLineFeedOnly", post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400},
      {"ChunkLongerThanItsSize", post + "Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkShorterThanItsSize", post + "Transfer-Encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkedTwice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
       411},
      {"ChunkedOfGzip", post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks, 411},
      {"GzipTransferCoding", post + "Transfer-Encoding: gzip\r\n\r\n", 411},
      {"ObscuredTransferCoding", post + "Transfer-Encoding: \tx-chunked\r\n\r\n" + chunks, 411},
      {"EmptyTransferCoding", post + "Transfer-Encoding:\r\n\r\n" + chunks, 411},
      {"TransferCodingBeforeLength",
       post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunks, 400},
      {"LengthBeforeTransferCoding",
       post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 400},
      {"GzipCodingThenLength", post + "Transfer-Encoding: gzip\r\nContent-Length: 0\r\n\r\n" + smuggled, 400},
      {"ChunkedInHttp10", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 400},
      {"HostMissing", "GET / HTTP/1.1\r\n\r\n", 400},
      {"HostEmpty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"HostRepeated", get + "Host: x\r\n\r\n", 400},
      {"HostTwoValues", "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", 400},
      {"HostWithSpace", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400},
      {"HostWithPath", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400},
      {"LengthRepeatedIdentical", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"LengthRepeatedDifferent", post + "Content-Length: 0\r\nContent-Length: 37\r\n\r\n" + smuggled, 400},
      {"LengthList", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
      {"LengthWithPlus", post + "Content-Length: +5\r\n\r\nhello", 400},
      {"LengthNegative", post + "Content-Length: -5\r\n\r\nhello", 400},
      {"LengthHexadecimal", post + "Content-Length: 0x5\r\n\r\nhello", 400},
      {"LengthEmpty", post + "Content-Length:\r\n\r\n" + smuggled, 400},
      {"LengthTooManyDigits", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"SpaceBeforeColon", post + "Content-Length : 37\r\n\r\n" + smuggled, 400},
      {"TabBeforeColon", post + "Transfer-Encoding\t: chunked\r\n\r\n" + chunks, 400},
      {"NameWithoutColon", get + "X\r\n\r\n", 400},
      {"EmptyName", get + ": x\r\n\r\n", 400},
      {"BareLineFeed", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"BareLineFeedInField", get + "X: a\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"BareCarriageReturn", get + "X: a\rTransfer-Encoding: chunked\r\n\r\n", 400},
      {"FoldedField", get + "X: a\r\n b\r\n\r\n", 400},
      {"FoldedTransferCoding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunks, 400},
      {"SpaceBeforeFirstField", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"AbsoluteTarget", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"AuthorityTarget", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"AsteriskTarget", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TargetWithFragment", "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TargetWithSpace", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TargetWithBrokenEncoding", "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TargetNotAscii", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TargetMissing", "GET HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"Upgrade", get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400},
      {"TrailerField", get + "Trailer: X\r\n\r\n", 400},
      {"NulInValue", get + "X: a"s + '\0' + "b\r\n\r\n", 400},
      {"NulInName", get + "X"s + '\0' + ": b\r\n\r\n", 400},
      {"ControlInValue", get + "X: a\x01\r\n\r\n", 400},
      {"DeleteInValue", get + "X: a\x7f\r\n\r\n", 400},
      {"VersionTwo", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"VersionOneTwo", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
      {"VersionNine", "GET /\r\n\r\n", 400},
      {"VersionInLowerCase", "GET / http/1.1\r\nHost: x\r\n\r\n", 400},
      {"VersionWithMoreDigits", "GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400},
      {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"MethodWithControl", "GE\tT / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"MethodTooLong", std::string(33, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"Garbage", "garbage\r\n\r\n", 400},
      {"TlsOnAPlainPort", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"OtherExpectation", post + "Content-Length: 5\r\nExpect: 200-ok\r\n\r\nhello", 417},
      {"TargetTooLong", "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"TargetWithoutEnd", "GET /" + std::string(20'000, 'a'), 414},
      {"HeaderTooLarge", get + "X: " + std::string(17'000, 'a') + "\r\n\r\n", 431},
      {"HeaderWithoutEnd", get + "X: " + std::string(20'000, 'a'), 431},
      {"TooManyFields",
       [&] {
         auto text = get;
         for (int i = 0; i < 100; ++i) text += "X: y\r\n";
         return text + "\r\n";
       }(),
       431},
  };
}

class RefusedFraming : public ::testing::TestWithParam<Shape> {};

TEST_P(RefusedFraming, IsAnsweredAndTheConnectionClosed) {
  TestServer server;
  auto socket = server.connect();
  socket.send(GetParam().bytes);
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_TRUE(answer.has("Content-Type: application/problem+json\r\n"));
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  EXPECT_NE(answer.body.find("\"type\":\"about:blank\""), std::string::npos);
  EXPECT_NE(answer.body.find("\"status\":" + std::to_string(GetParam().status)), std::string::npos);
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
  EXPECT_EQ(server.handled, 0);
  EXPECT_EQ(server.metric("framing_errors_total"), 1);
}

INSTANTIATE_TEST_SUITE_P(Shapes, RefusedFraming, ::testing::ValuesIn(refused_shapes()),
                         [](const auto& shape) { return shape.param.name; });

TEST(Framing, TakesARequestInABodyForABody) {
  TestServer server;
  auto socket = server.connect();
  const auto hidden = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"s;
  socket.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" +
              hidden);
  EXPECT_EQ(socket.read_response().body, "POST /a " + hidden);
  EXPECT_EQ(server.handled, 1);
}

TEST(Framing, TakesABodyInChunksHoweverTheyArrive) {
  const auto head = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"s;
  const auto body = "5\r\nhello\r\n1\r\n,\r\n00A\r\n wide\r\nwor\r\n2\r\nld\r\n0\r\n\r\n"s;
  for (const std::size_t piece : {1u, 3u, 7u, 1000u}) {
    TestServer server;
    auto socket = server.connect();
    const auto all = head + body + head + "0\r\n\r\n";
    for (std::size_t at = 0; at < all.size(); at += piece) socket.send(all.substr(at, piece));
    EXPECT_EQ(socket.read_response().body, "POST /a hello, wide\r\nworld") << piece;
    EXPECT_EQ(socket.read_response().body, "POST /a ") << "the next request of the connection";
  }
}

TEST(Framing, HoldsTheLimitOfABodyInChunks) {
  TestServer server;
  const auto head = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"s;
  const auto chunk = "10000\r\n" + std::string(65'536, 'x') + "\r\n";
  auto most = server.connect();
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += chunk;
  most.send(head + sixteen + "0\r\n\r\n");
  EXPECT_EQ(most.read_response().status, 200) << "1 MiB, which is the limit";
  auto more = server.connect();
  more.send(head + sixteen + "1\r\n");
  more.send("x");
  EXPECT_EQ(more.read_response().status, 413);
}

TEST(Framing, HandlesNothingOfABodyCutShort) {
  TestServer server;
  auto socket = server.connect();
  socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
  socket.end_sending();
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
  EXPECT_EQ(server.handled, 0);
}

TEST(Framing, HandlesNothingOfAHeaderCutShort) {
  TestServer server;
  auto socket = server.connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n");
  socket.end_sending();
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
  EXPECT_EQ(server.handled, 0);
}

TEST(Framing, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  auto socket = server.connect();
  socket.send(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthr");
  EXPECT_EQ(socket.read_response().body, "POST /1 one");
  EXPECT_EQ(socket.read_response().body, "GET /2 ");
  socket.send("ee");
  EXPECT_EQ(socket.read_response().body, "POST /3 three");
}

TEST(Framing, ReadsARequestThatComesByteByByte) {
  TestServer server;
  auto socket = server.connect();
  for (const char c : "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"s) socket.send({&c, 1});
  EXPECT_EQ(socket.read_response().body, "POST /1 one");
}

TEST(Framing, ServesHttp10AndCloses) {
  TestServer server;
  auto socket = server.connect();
  socket.send("GET /old HTTP/1.0\r\n\r\n");
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  EXPECT_TRUE(socket.is_closed_within(2'000));
}

}  // namespace
}  // namespace countersign::http
