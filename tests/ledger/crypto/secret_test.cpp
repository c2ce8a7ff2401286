#include "ledger/crypto/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace countersign::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST(Secret, IsEmptyAfterItWasMoved) {
  Secret secret(base::bytes_of("key"));
  Secret other(std::move(secret));
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(base::text_of(other.view()), "key");
  Secret third;
  third = std::move(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(third.size(), 3u);
}

}  // namespace
}  // namespace countersign::crypto
