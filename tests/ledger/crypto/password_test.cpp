#include "ledger/crypto/password.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::crypto {
namespace {

constexpr ScryptCost kCheap{4, 8, 1};

TEST(Password, IsToldByTheVectorsOfRfc7914) {
  const std::string one = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI";
  const std::string two =
      "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI";
  EXPECT_TRUE(*password_is("password", one));
  EXPECT_TRUE(*password_is("pleaseletmein", two));
  EXPECT_FALSE(*password_is("Password", one));
  EXPECT_FALSE(*password_is("", two));
}

TEST(Password, IsHashedWithASaltOfItsOwn) {
  const auto first = hash_password("correct horse", system_entropy(), kCheap);
  const auto second = hash_password("correct horse", system_entropy(), kCheap);
  EXPECT_NE(first, second);
  for (const auto& hashed : {first, second}) {
    EXPECT_TRUE(hashed.starts_with("$scrypt$ln=4,r=8,p=1$")) << hashed;
    EXPECT_TRUE(*password_is("correct horse", hashed));
    EXPECT_FALSE(*password_is("correct horse ", hashed));
    EXPECT_EQ(hashed.find("horse"), std::string::npos);
  }
}

TEST(Password, TakesTheFullCostByDefault) {
  const auto hashed = hash_password("correct horse", system_entropy());
  EXPECT_TRUE(hashed.starts_with("$scrypt$ln=17,r=8,p=1$")) << hashed;
  EXPECT_TRUE(*password_is("correct horse", hashed));
  spend_on_no_password("correct horse");
}

TEST(Password, RefusesAHashThatIsNone) {
  const auto good = hash_password("x", system_entropy(), kCheap);
  ASSERT_TRUE(password_is("x", good));
  for (std::size_t at = 0; at < good.size(); ++at) EXPECT_FALSE(password_is("x", good.substr(0, at))) << at;
  for (const std::string bad :
       {"", "$scrypt$", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", "$scrypt$ln=0,r=8,p=1$TmFDbA$AAAA",
        "$scrypt$ln=25,r=8,p=1$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI",
        "$scrypt$ln=24,r=64,p=1$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI",
        "$scrypt$ln=10,r=8,p=16$$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI"}) {
    const auto answer = password_is("x", bad);
    ASSERT_FALSE(answer) << bad;
    EXPECT_EQ(answer.error().code, base::Code::data_loss);
  }
}

}  // namespace
}  // namespace countersign::crypto
