#include "collector/http/url.h"

#include <gtest/gtest.h>

namespace countersign::http {
namespace {

TEST(Url, IsTakenApart) {
  EXPECT_EQ(parse_url("https://tsa.example/a/b?c=d"), (Url{true, "tsa.example", 443, "/a/b?c=d"}));
  EXPECT_EQ(parse_url("http://127.0.0.1:8080"), (Url{false, "127.0.0.1", 8080, "/"}));
  EXPECT_EQ(parse_url("HTTPS://[::1]:8443/x%20y"), (Url{true, "::1", 8443, "/x%20y"}));
  EXPECT_EQ(parse_url("http://h?q"), (Url{false, "h", 80, "/?q"}));
}

TEST(Url, IsRefusedWithoutRepeatingIt) {
  for (const auto* text :
       {"", "example.org", "/path", "ftp://h/", "https://", "https:///x", "https://u:secret@h/",
        "https://h/#f", "https://h:0/", "https://h:65536/", "https://h/ x", "https://h/%zz"}) {
    const auto parsed = parse_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, base::Code::invalid_argument);
    EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
  }
}

TEST(PathSegment, IsDecoded) {
  EXPECT_EQ(decode_segment("a%20b+c"), "a b+c");
  EXPECT_FALSE(decode_segment("%4"));
  EXPECT_FALSE(decode_segment("%00"));
}

}  // namespace
}  // namespace countersign::http
