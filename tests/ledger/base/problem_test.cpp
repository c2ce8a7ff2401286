#include "ledger/base/problem.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

TEST(Problem, IsWrittenAsRfc9457Has) {
  EXPECT_EQ(
      to_json({415, "about:blank", "send \"JSON\""}),
      R"({"type":"about:blank","title":"Unsupported Media Type","status":415,"detail":"send \"JSON\""})");
  EXPECT_EQ(to_json({500, "about:blank", ""}, "\"results\":[]"),
            R"({"type":"about:blank","title":"Internal Server Error","status":500,"results":[]})");
}

TEST(Problem, HasOneStatusForEachCode) {
  using base::Code;
  EXPECT_EQ(http_status(Code::invalid_argument), 400);
  EXPECT_EQ(http_status(Code::unauthenticated), 401);
  EXPECT_EQ(http_status(Code::permission_denied), 403);
  EXPECT_EQ(http_status(Code::not_found), 404);
  EXPECT_EQ(http_status(Code::already_exists), 409);
  EXPECT_EQ(http_status(Code::failed_precondition), 409);
  EXPECT_EQ(http_status(Code::aborted), 409);
  EXPECT_EQ(http_status(Code::resource_exhausted), 413);
  EXPECT_EQ(http_status(Code::resource_exhausted, Exhausted::disk), 507);
  EXPECT_EQ(http_status(Code::unavailable), 503);
  EXPECT_EQ(http_status(Code::data_loss), 500);
  EXPECT_EQ(http_status(Code::internal), 500);
}

}  // namespace
}  // namespace countersign::base
