#include "ledger/base/request_scope.h"

#include <gtest/gtest.h>

#include <thread>

namespace countersign::base {
namespace {

TEST(RequestScope, NamesTheRequestUntilItEnds) {
  EXPECT_EQ(current_request(), "");
  {
    const RequestScope outer("a");
    EXPECT_EQ(current_request(), "a");
    {
      const RequestScope inner("b");
      EXPECT_EQ(current_request(), "b");
    }
    EXPECT_EQ(current_request(), "a");
  }
  EXPECT_EQ(current_request(), "");
}

TEST(RequestScope, IsOfItsThreadAlone) {
  const RequestScope scope("a");
  std::string seen = "not asked";
  std::thread([&] { seen = current_request(); }).join();
  EXPECT_EQ(seen, "");
}

}  // namespace
}  // namespace countersign::base
