#include "collector/http/head.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace countersign::http {
namespace {

std::variant<RequestHead, Refusal> parse(const std::string& text, const HeadLimits& limits = {}) {
  return parse_head(text, limits);
}

TEST(RequestHead, IsReadAsItWasSent) {
  const auto parsed = parse(
      "POST /v1/events?a=b?c HTTP/1.1\r\nHost: x.example:8443\r\ncontent-LENGTH:\t 12 \r\nX-Empty:\r\n"
      "X-Twice: 1\r\nX-Twice: 2\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<RequestHead>(parsed));
  const auto& head = std::get<RequestHead>(parsed);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/v1/events");
  EXPECT_EQ(head.query, "a=b?c");
  EXPECT_EQ(head.version, Version::http_1_1);
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_EQ(head.header("HOST"), "x.example:8443");
  EXPECT_EQ(head.header("x-twice"), "1");
  EXPECT_EQ(head.header("x-empty"), "");
  EXPECT_EQ(head.header("absent"), "");
  EXPECT_EQ(head.fields.size(), 5u);
}

TEST(RequestHead, KnowsTheOptionsOfConnectionOverAllItsFields) {
  const auto parsed =
      parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, bar\r\nConnection: te ,Close\r\n\r\n");
  const auto& head = std::get<RequestHead>(parsed);
  EXPECT_TRUE(connection_has(head, "close"));
  EXPECT_TRUE(connection_has(head, "FOO"));
  EXPECT_FALSE(connection_has(head, "clos"));
}

TEST(RequestHead, AcceptsTheLargestContentLengthAndNoLarger) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ";
  EXPECT_TRUE(std::holds_alternative<RequestHead>(parse(begin + "18446744073709551615\r\n\r\n")));
  EXPECT_TRUE(std::holds_alternative<Refusal>(parse(begin + "18446744073709551616\r\n\r\n")));
}

TEST(RequestHead, KeepsItsLimitsToTheByte) {
  const std::string line = "GET /1234 HTTP/1.1\r\n";
  const std::string text = line + "Host: x\r\nA: 1\r\n\r\n";
  HeadLimits limits{text.size(), 2, 5};
  EXPECT_TRUE(std::holds_alternative<RequestHead>(parse(text, limits)));
  limits.header_bytes_max -= 1;
  EXPECT_EQ(std::get<Refusal>(parse(text, limits)).status, 431);
  limits = {text.size(), 1, 5};
  EXPECT_EQ(std::get<Refusal>(parse(text, limits)).status, 431);
  limits = {text.size(), 2, 4};
  EXPECT_EQ(std::get<Refusal>(parse(text, limits)).status, 414);
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesArrive) {
  const std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /next";
  HeadScanner scanner;
  std::size_t size = 0;
  while (scanner.scan(std::string_view(text).substr(0, size)) == HeadScanner::State::incomplete) ++size;
  EXPECT_EQ(text.substr(0, size), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(scanner.size(), size);
}

TEST(HeadScanner, RefusesAtTheFirstByteThatCannotBe) {
  for (const std::string text :
       {"GET / HTTP/1.1\n", "GET / HTTP/1.1\rX", "\x16\x03", "G\x7f", "\r\n", "GET \x01"}) {
    HeadScanner scanner;
    EXPECT_EQ(scanner.scan(text), HeadScanner::State::malformed) << text;
  }
  HeadScanner scanner;
  EXPECT_EQ(scanner.scan(std::string_view("G\0", 2)), HeadScanner::State::malformed);
}

/// A good request with up to three pieces put in, or put over something, anywhere.
rc::Gen<std::string> near_requests() {
  const auto piece =
      rc::gen::element<std::string>("a", "/", " HTTP/1.0", "\r\n", "\r\n\r\n", "\n", "\r", "\r\nHost: y", ":",
                                    " ", "\t", "%", "%41", "\r\nContent-Length: 1", "1", "+", ",",
                                    "\r\nTransfer-Encoding: chunked", "?", "#", "\x01", "\x7f", "\xff");
  const auto change =
      rc::gen::tuple(rc::gen::inRange<std::size_t>(0, 70), rc::gen::inRange<std::size_t>(0, 3), piece);
  const auto changes = rc::gen::resize(
      3, rc::gen::container<std::vector<std::tuple<std::size_t, std::size_t, std::string>>>(change));
  return rc::gen::map(changes, [](const auto& all) {
    std::string text = "POST /path?query HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nX: y\r\n\r\n";
    for (const auto& [at, over, put] : all) text.replace(std::min(at, text.size()), over, put);
    return text;
  });
}

RC_GTEST_PROP(RequestHeadProperty, AcceptsOnlyWhatHasOneReading, ()) {
  const auto text = *near_requests();
  HeadScanner scanner;
  if (scanner.scan(text) != HeadScanner::State::complete) return;
  const auto parsed = parse_head(std::string_view(text).substr(0, scanner.size()), HeadLimits());
  const auto* head = std::get_if<RequestHead>(&parsed);
  RC_CLASSIFY(head != nullptr, "accepted");
  if (head == nullptr) return;
  // Written again from what was understood it is understood in the same way.
  std::string again =
      head->method + " " + head->path + (text.find('?') == std::string::npos ? "" : "?") + head->query;
  again += head->version == Version::http_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n";
  for (const auto& [name, value] : head->fields) again += name + ": " + value + "\r\n";
  again += "\r\n";
  const auto reread = parse_head(again, HeadLimits());
  RC_ASSERT(std::holds_alternative<RequestHead>(reread));
  RC_ASSERT(std::get<RequestHead>(reread).fields == head->fields);
  RC_ASSERT(std::get<RequestHead>(reread).path == head->path);
  RC_ASSERT(std::get<RequestHead>(reread).content_length == head->content_length);
  const auto has = [&](std::string_view name) {
    return std::count_if(head->fields.begin(), head->fields.end(),
                         [&](const auto& field) { return same_name(field.first, name); });
  };
  RC_ASSERT(has("Transfer-Encoding") == 0);
  RC_ASSERT(has("Content-Length") <= 1);
  RC_ASSERT(has("Host") <= 1);
  RC_ASSERT(head->content_length.has_value() == (has("Content-Length") == 1));
}

}  // namespace
}  // namespace countersign::http
