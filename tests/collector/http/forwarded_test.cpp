#include "collector/http/forwarded.h"

#include "collector/http/head.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace countersign::http {
namespace {

using Field = TrustedProxies::Field;

TrustedProxies trusting(std::initializer_list<std::string_view> networks,
                        Field field = Field::x_forwarded_for) {
  TrustedProxies out;
  for (const auto one : networks) out.networks.push_back(*parse_network(one));
  out.field = field;
  return out;
}

std::string client(const TrustedProxies& proxies, std::string_view peer, Fields fields) {
  RequestHead head;
  head.fields = std::move(fields);
  return client_address(head, boost::asio::ip::make_address(std::string(peer)), proxies);
}

std::string by_x(std::string_view value, std::string_view peer = "10.0.0.1") {
  return client(trusting({"10.0.0.0/30", "2001:db8:1::/48"}), peer,
                {{"X-Forwarded-For", std::string(value)}});
}

std::string by_standard(std::string_view value) {
  return client(trusting({"10.0.0.0/30", "2001:db8:1::/48"}, Field::forwarded), "10.0.0.1",
                {{"forwarded", std::string(value)}});
}

TEST(Forwarded, BelievesAProxyThatIsTrustedAndNobodyElse) {
  EXPECT_EQ(by_x("203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_x("203.0.113.5", "10.0.0.4"), "10.0.0.4");
  EXPECT_EQ(by_x("203.0.113.5", "2001:db8:1::7"), "203.0.113.5");
  EXPECT_EQ(by_x("203.0.113.5", "2001:db8:2::7"), "2001:db8:2::7");
  EXPECT_EQ(by_x("203.0.113.5", "::ffff:10.0.0.1"), "203.0.113.5") << "a socket for both kinds";
  EXPECT_EQ(client({}, "127.0.0.1", {{"X-Forwarded-For", "203.0.113.5"}}), "127.0.0.1") << "the default";
}

TEST(Forwarded, TakesTheLastAddressThatIsNoProxyOfOurs) {
  EXPECT_EQ(by_x("198.51.100.1, 203.0.113.5, 10.0.0.2"), "203.0.113.5");
  EXPECT_EQ(by_x("198.51.100.1, 203.0.113.5,10.0.0.2 , 2001:db8:1::9"), "203.0.113.5");
  EXPECT_EQ(by_x("198.51.100.1, 2001:DB8:7::5"), "2001:db8:7::5");
  EXPECT_EQ(by_x("::ffff:203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_x("203.0.113.5:61000"), "203.0.113.5");
  EXPECT_EQ(by_x("[2001:db8:7::5]:61000"), "2001:db8:7::5");
  EXPECT_EQ(by_x("203.0.113.5, , "), "203.0.113.5") << "empty entries are none";
  const auto proxies = trusting({"10.0.0.0/30"});
  EXPECT_EQ(client(proxies, "10.0.0.1",
                   {{"X-Forwarded-For", "198.51.100.1"}, {"x-forwarded-for", "203.0.113.5"}, {"Host", "a"}}),
            "203.0.113.5")
      << "a proxy may add a field of its own";
}

TEST(Forwarded, LooksAtNothingThatAStrangerCouldHaveMadeUp) {
  EXPECT_EQ(by_x("rubbish \"(, 203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_x("127.0.0.1, 10.0.0.2, 203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_standard("for=\", for=203.0.113.5"), "203.0.113.5") << "a quotation mark that is left open";
  EXPECT_EQ(by_standard("for=203.0.113.5;host=\"a,for=198.51.100.9;b=\""), "10.0.0.1");
  EXPECT_EQ(client(trusting({"10.0.0.1"}), "10.0.0.1", {{"Forwarded", "for=203.0.113.5"}}), "10.0.0.1")
      << "one field is read, as the other is passed on unseen";
  EXPECT_EQ(
      client(trusting({"10.0.0.1"}, Field::forwarded), "10.0.0.1", {{"X-Forwarded-For", "203.0.113.5"}}),
      "10.0.0.1");
}

TEST(Forwarded, FallsBackToThePeerWhereTheEntryThatDecidesIsNoAddressOfAnotherMachine) {
  for (const std::string_view value : {"",
                                       "unknown",
                                       "203.0.113",
                                       "203.0.113.5.6",
                                       "203.0.113.005",
                                       "203.0.113.5:",
                                       "203.0.113.5:x",
                                       "fe80::1%1",
                                       "203.0.113.5:123456",
                                       "[2001:db8::1",
                                       "[2001:db8::1]x",
                                       "[203.0.113.5]",
                                       "127.0.0.1",
                                       "::1",
                                       "::ffff:127.0.0.1",
                                       "0.0.0.0",
                                       "::",
                                       "224.0.0.1",
                                       "ff02::1",
                                       "203.0.113.5, x",
                                       "203.0.113.5, 127.0.0.1",
                                       "10.0.0.2, 10.0.0.3",
                                       "203.0.113.5 198.51.100.1",
                                       "\"203.0.113.5\""})
    EXPECT_EQ(by_x(value), "10.0.0.1") << value;
}

TEST(Forwarded, ReadsTheStandardsFieldByItsGrammar) {
  EXPECT_EQ(by_standard("for=203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_standard("For=\"[2001:db8:7::5]:4711\";proto=https;by=203.0.113.43"), "2001:db8:7::5");
  EXPECT_EQ(by_standard("proto=http; host=\"a.example\" ;for=\"203.0.113.5:80\""), "203.0.113.5");
  EXPECT_EQ(by_standard("for=198.51.100.1, for=203.0.113.5, for=10.0.0.2"), "203.0.113.5");
  for (const std::string_view value :
       {"for=unknown", "for=_hidden", "for=", "for", "=203.0.113.5", "203.0.113.5", "for=203.0.113.5;",
        "for=203.0.113.5;for=198.51.100.1", "for=\"203.0.113.5", "for=2001:db8:7::5", "for=\"2001:db8:7::5\"",
        "for=203.0.113.5 proto=http", "for=\"203.0.113.5\\\"\"", "proto=http", "for=203.0.113.5, proto=http",
        "for = 203.0.113.5", "for=203.0.113.5, for=\"[::1]\""})
    EXPECT_EQ(by_standard(value), "10.0.0.1") << value;
}

TEST(Forwarded, RefusesNetworksThatAreNone) {
  for (const std::string_view text :
       {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.1/8", "2001:db8::1/32",
        "/8", "0.0.0.0/0", "::/0", "2001:db8::/129", "10.0.0.0/08x", "::ffff:10.0.0.0/104", "fe80::1%1",
        "10.0.0.0/8/8"})
    EXPECT_FALSE(parse_network(text)) << text;
  EXPECT_EQ(parse_network("10.0.0.1")->prefix, 32u);
  EXPECT_EQ(parse_network("2001:db8::/33")->prefix, 33u);
  EXPECT_TRUE(trusting({"10.64.0.0/10"}).contains(boost::asio::ip::make_address("10.127.255.255")));
  EXPECT_FALSE(trusting({"10.64.0.0/10"}).contains(boost::asio::ip::make_address("10.128.0.0")));
  EXPECT_FALSE(trusting({"10.64.0.0/10"}).contains(boost::asio::ip::make_address("a40::")));
}

/// Text of the characters that the two grammars are made of, so that much of it nearly fits.
rc::Gen<std::string> nearly() {
  return rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("0123456789abf.:[]\",;=\\ %/forFOR_xu\t\x80")));
}

RC_GTEST_PROP(ForwardedProperties, GarbageGivesAnAddressAndNeverOneOfThisMachine, ()) {
  const auto text = *nearly();
  for (const auto& got : {by_x(text), by_standard(text), by_standard("for=" + text)}) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(got, error);
    RC_ASSERT(!error);
    RC_ASSERT(!address.is_loopback() && !address.is_unspecified());
  }
}

RC_GTEST_PROP(ForwardedProperties, WhatStandsBeforeTheLastEntryChangesNothing, ()) {
  const auto text = *nearly();
  RC_ASSERT(by_x(text + ",203.0.113.5") == "203.0.113.5");
  RC_ASSERT(by_x(text + ", 203.0.113.5, 10.0.0.2") == "203.0.113.5");
  RC_ASSERT(by_standard(text + ", for=203.0.113.5;proto=https") == "203.0.113.5");
}

RC_GTEST_PROP(ForwardedProperties, AStrangersFieldIsNeverBelieved, ()) {
  const auto text = *nearly();
  RC_ASSERT(by_x(text, "198.51.100.1") == "198.51.100.1");
  RC_ASSERT(by_x("203.0.113.5", "198.51.100.1") == "198.51.100.1");
}

}  // namespace
}  // namespace countersign::http
