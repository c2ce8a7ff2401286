#include "web/api/oidc_page.h"

#include <gtest/gtest.h>

namespace countersign::api {
namespace {

TEST(OidcPage, HoldsNothingThatASentenceCouldBreakOutOf) {
  const auto page = oidc_failure_page(403, R"(no <b>"x" & y</b>)");
  EXPECT_EQ(page.status, 403);
  EXPECT_NE(page.body.find("<p>No &lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;.</p>"), std::string::npos)
      << page.body;
  EXPECT_EQ(page.body.find("refresh"), std::string::npos);
}

TEST(OidcPage, GoesOnByItselfWithoutScript) {
  const auto page = oidc_signed_in_page();
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find(R"(<meta http-equiv="refresh" content="0; url=/">)"), std::string::npos);
  EXPECT_EQ(page.body.find("script"), std::string::npos);
}

}  // namespace
}  // namespace countersign::api
