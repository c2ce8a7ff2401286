#include "web/oidc/jose.h"

#include "tests/web/oidc/fake_provider.h"

#include <gtest/gtest.h>

namespace countersign::oidc {
namespace {

KeySet set_of(const json::array& keys) {
  return KeySet::parse(json::serialize(json::object{{"keys", keys}})).value();
}

const json::object kClaims = {{"sub", "u-1"}};

void expect_refused(const std::string& token, TokenKind kind = TokenKind::id) {
  const auto jws = parse_jws(token, kind);
  ASSERT_FALSE(jws) << token;
  EXPECT_EQ(jws.error().code, base::Code::unauthenticated) << jws.error().message;
}

TEST(Jws, IsTakenApartAndChecked) {
  const auto token = sign_ed({{"alg", "EdDSA"}, {"kid", "one"}, {"typ", "JWT"}, {"x5t", "abc"}}, kClaims);
  const auto jws = parse_jws(token, TokenKind::id).value();
  EXPECT_EQ(jws.algorithm, crypto::JwsAlgorithm::eddsa);
  EXPECT_EQ(jws.kid, "one");
  EXPECT_EQ(jws.claims, kClaims);
  EXPECT_EQ(set_of({ed_jwk(1, "one")}).check(jws), Genuine::yes);
  EXPECT_EQ(set_of({ed_jwk(2, "one")}).check(jws), Genuine::no);
}

TEST(Jws, OfRfc8037AppendixA4IsRefusedBecauseItClaimsNothing) {
  expect_refused(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
      "09PGcvMg3AIbQR6dWbhijcNR"
      "4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST(Jws, OfRfc7515AppendixA2IsGenuineByItsOwnKeyOnly) {
  auto token = base::read_file(COUNTERSIGN_TEST_DATA "/rfc7515-a2/signature.txt", 8192).value();
  token.pop_back();
  const auto jws = parse_jws(token, TokenKind::id).value();
  EXPECT_EQ(set_of({rsa_jwk("")}).check(jws), Genuine::yes);
  EXPECT_EQ(set_of({ed_jwk(1, "")}).check(jws), Genuine::no_key);
}

TEST(Jws, WithoutASignatureOrWithASharedSecretIsRefused) {
  for (const auto* algorithm : {"none", "None", "HS256", "HS384", "HS512", "rs256", "", "RSA-OAEP"}) {
    const auto covered = unsigned_token(header_of(algorithm, ""), kClaims);
    expect_refused(covered + ".");
    expect_refused(covered + ".AAAA");
  }
  expect_refused(unsigned_token({{"kid", "one"}}, kClaims) + ".AAAA");
  expect_refused(unsigned_token({{"alg", {"EdDSA"}}}, kClaims) + ".AAAA");
}

/// RFC 8725 section 2.1: the public key, in every form it is written in, as the secret of an HMAC.
TEST(Jws, SignedWithThePublicKeyAsASecretIsRefused) {
  const auto jwk = json::serialize(rsa_jwk("rsa"));
  for (const auto& secret : {jwk, std::string(kRsaModulus), rsa_pem()})
    expect_refused(sign_hs256(header_of("HS256", "rsa"), kClaims, secret));
}

TEST(Jws, OfWrongShapeIsRefused) {
  const auto good = sign_ed(header_of("EdDSA", "one"), kClaims);
  ASSERT_TRUE(parse_jws(good, TokenKind::id));
  for (const auto& wrong :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), good + ".", "." + good,
        good + "=", good + " ", " " + good, good.substr(0, good.rfind('.')), good + ".a.b",
        good.substr(0, good.size() - 1), std::string(kTokenBytesMax, 'A'),
        good.substr(0, good.find('.')) + ".." + good.substr(good.rfind('.') + 1)})
    expect_refused(wrong);
  auto large = kClaims;
  large["x"] = json::string(kTokenBytesMax, 'x');
  expect_refused(sign_ed(header_of("EdDSA", "one"), large));
}

TEST(Jws, WithAMemberTwiceIsRefused) {
  const auto rest = "." + base64url(R"({"sub":"u-1"})") + ".AAAA";
  ASSERT_TRUE(parse_jws(base64url(R"({"alg":"EdDSA","kid":"one"})") + rest, TokenKind::id));
  expect_refused(base64url(R"({"alg":"none","alg":"EdDSA"})") + rest);
  expect_refused(base64url(R"({"alg":"EdDSA","kid":"one","kid":"two"})") + rest);
  expect_refused(base64url(R"({"alg":"EdDSA"})") + "." + base64url(R"({"sub":"u-1","sub":"u-2"})") + ".AAAA");
  expect_refused(base64url(R"({"alg":"EdDSA")") + rest);
  expect_refused(base64url(R"(["EdDSA"])") + rest);
}

TEST(Jws, WithAnExtensionIsRefused) {
  const std::pair<const char*, json::value> cases[] = {{"crit", json::array{"exp"}},
                                                       {"crit", json::array()},
                                                       {"crit", nullptr},
                                                       {"b64", true},
                                                       {"b64", false},
                                                       {"zip", "DEF"},
                                                       {"cty", "JWT"}};
  for (const auto& [name, value] : cases) {
    auto header = header_of("EdDSA", "one");
    header[name] = value;
    expect_refused(sign_ed(header, kClaims));
  }
}

TEST(Jws, IsOfTheKindThatIsAskedFor) {
  struct Case {
    json::value typ;
    bool id, logout;
  };
  for (const auto& [typ, id, logout] :
       {Case{"JWT", true, true}, Case{"jwt", true, true}, Case{"application/jwt", true, true},
        Case{"logout+jwt", false, true}, Case{"application/LOGOUT+jwt", false, true},
        Case{"at+jwt", false, false}, Case{"", false, false}, Case{7, false, false},
        Case{nullptr, false, false}}) {
    auto header = header_of("EdDSA", "one");
    header["typ"] = typ;
    const auto token = sign_ed(header, kClaims);
    EXPECT_EQ(parse_jws(token, TokenKind::id).has_value(), id) << typ;
    EXPECT_EQ(parse_jws(token, TokenKind::logout).has_value(), logout) << typ;
  }
}

TEST(Jws, BringsNoKeyOfItsOwn) {
  auto header = header_of("EdDSA", "");
  header["jwk"] = ed_jwk(7, "");
  header["jku"] = "https://evil.example/keys";
  const auto jws = parse_jws(sign_ed(header, kClaims, 7), TokenKind::id).value();
  EXPECT_EQ(set_of({ed_jwk(1, "one"), rsa_jwk("rsa")}).check(jws), Genuine::no_key);
}

TEST(KeySet, ChoosesByKidAndType) {
  const auto by = [](std::string_view kid) {
    return parse_jws(sign_ed(header_of("EdDSA", kid), kClaims), TokenKind::id).value();
  };
  const auto set = set_of({ed_jwk(2, "two"), ed_jwk(1, "one"), rsa_jwk("rsa")});
  EXPECT_EQ(set.check(by("one")), Genuine::yes);
  EXPECT_EQ(set.check(by("two")), Genuine::no);
  EXPECT_EQ(set.check(by("rsa")), Genuine::no_key);  // a key of another type
  EXPECT_EQ(set.check(by("three")), Genuine::no_key);
  EXPECT_EQ(set.check(by("")), Genuine::yes);
  // A key without a name serves only tokens that name none.
  const auto nameless = set_of({ed_jwk(2, ""), ed_jwk(1, "")});
  EXPECT_EQ(nameless.check(by("")), Genuine::yes);
  EXPECT_EQ(nameless.check(by("one")), Genuine::no_key);
  // Two keys of one name, as some providers have for two algorithms.
  EXPECT_EQ(set_of({rsa_jwk("one"), ed_jwk(2, "one"), ed_jwk(1, "one")}).check(by("one")), Genuine::yes);
  auto encrypts = ed_jwk(1, "one");
  encrypts["use"] = "enc";
  EXPECT_EQ(set_of({encrypts}).check(by("one")), Genuine::no_key);
}

TEST(KeySet, LeavesOutWhatItCannotUse) {
  auto published = ed_jwk(3, "three");
  published["d"] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
  EXPECT_EQ(set_of({ed_jwk(1, "one"), published, {{"kty", "oct"}, {"k", "AAAA"}}, {{"kty", "X"}}, 7}).size(),
            1U);
  EXPECT_EQ(set_of({}).size(), 0U);
}

TEST(KeySet, RefusesWhatIsNone) {
  json::array many;
  for (std::size_t i = 0; i <= KeySet::kKeysMax; ++i) many.emplace_back(nullptr);
  for (const auto& wrong : {std::string(), std::string("[]"), std::string("{}"),
                            std::string(R"({"keys":{}})"), std::string(R"({"keys":[],"keys":[]})"),
                            std::string("<html>"), json::serialize(json::object{{"keys", many}})}) {
    const auto set = KeySet::parse(wrong);
    ASSERT_FALSE(set) << wrong;
    EXPECT_EQ(set.error().code, base::Code::data_loss);
  }
}

}  // namespace
}  // namespace countersign::oidc
