#include "web/senders/host.h"

#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

TEST(Host, IsReadWithItsPort) {
  EXPECT_EQ(parse_host_and_port("mail.example.com:587").value(), (HostAndPort{"mail.example.com", 587}));
  EXPECT_EQ(parse_host_and_port("192.0.2.1:514").value(), (HostAndPort{"192.0.2.1", 514}));
  EXPECT_EQ(parse_host_and_port("[2001:db8::1]:514").value(), (HostAndPort{"2001:db8::1", 514}));
}

TEST(Host, IsRefusedWhereItIsNone) {
  for (const auto* text :
       {"", ":", "host", "host:", ":25", "host:0", "host:65536", "host:25x", "host:-1", "2001:db8::1:514",
        "[host]:25", "[]:25", "user@host:25", "host/path:25", "ho st:25", "-h:25", "h\n:25"})
    EXPECT_FALSE(parse_host_and_port(text)) << text;
}

TEST(Host, IsThisMachineOnLoopbackAlone) {
  for (const auto* host : {"localhost", "127.0.0.1", "127.8.8.8", "::1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const auto* host : {"127.example.com", "localhost.example.com", "192.0.2.1", "::2", "", "1270.0.0.1"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace countersign::senders
