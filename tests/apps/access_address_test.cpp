#include "apps/accounts.h"

#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

TEST(AccessAddress, IsSpelledAsBrowsersDo) {
  EXPECT_EQ(parse_access_address("https://Evidence.Example.com:443/").value_or("refused"),
            "https://evidence.example.com");
  EXPECT_EQ(parse_access_address("https://evidence.example.com:8443").value_or("refused"),
            "https://evidence.example.com:8443");
  EXPECT_EQ(parse_access_address("https://[::1]:65535").value_or("refused"), "https://[::1]:65535");
  EXPECT_EQ(parse_access_address("http://localhost:8080").value_or("refused"), "http://localhost:8080");
}

TEST(AccessAddress, OfAnythingElseIsRefused) {
  for (const auto* text :
       {"", "evidence.example.com", "http://evidence.example.com", "https://a/b", "https://u@a",
        "https://a?b", "https://a:65536", "https://a:99999", "https://a:184467440737095516160"})
    EXPECT_FALSE(parse_access_address(text)) << text;
}

}  // namespace
}  // namespace countersign::apps
