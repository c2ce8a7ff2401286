#include "web/oidc/provider.h"

#include "tests/web/oidc/fake_provider.h"

#include <gtest/gtest.h>

#include <functional>

namespace countersign::oidc {
namespace {

using base::Code;

struct ProviderTest : ::testing::Test {
  FakeProvider fake;
  Provider provider{std::string(kIssuer), false, fake.fetch(), fake.clock()};

  base::Result<json::object> verify(std::string_view kid, std::uint8_t number) {
    return provider.verify(sign_ed(header_of("EdDSA", kid), {{"sub", "u-1"}}, number), TokenKind::id);
  }
  int key_fetches() { return fake.count[FakeProvider::kKeysUrl]; }
};

TEST_F(ProviderTest, FetchesOnceAndKeeps) {
  for (int i = 0; i < 5; ++i) {
    const auto claims = verify("one", 1);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ(claims->at("sub"), "u-1");
  }
  EXPECT_EQ(fake.requests.size(), 2U);
  EXPECT_EQ(fake.requests[0].url, "https://id.example.com/tenant/.well-known/openid-configuration");
  EXPECT_EQ(fake.requests[1].url, FakeProvider::kKeysUrl);
}

TEST_F(ProviderTest, FindsANewKeyByTheFirstTokenThatNamesIt) {
  ASSERT_TRUE(verify("one", 1));
  fake.now_s += 31;
  fake.keys.emplace_back(ed_jwk(2, "two"));
  EXPECT_TRUE(verify("two", 2));
  EXPECT_EQ(key_fetches(), 2);
  EXPECT_TRUE(verify("one", 1));
  EXPECT_EQ(key_fetches(), 2);
}

TEST_F(ProviderTest, DoesNotFetchKeysForEveryTokenThatSomebodyMakesUp) {
  ASSERT_TRUE(verify("one", 1));
  fake.now_s += 31;
  for (int i = 0; i < 50; ++i) {
    const auto claims = verify("made-up-" + std::to_string(i), 3);
    ASSERT_FALSE(claims);
    EXPECT_EQ(claims.error().code, Code::unauthenticated);
  }
  EXPECT_EQ(key_fetches(), 2);
  // A wrong signature by a key that is known needs no newer keys.
  fake.now_s += 31;
  EXPECT_FALSE(verify("one", 3));
  EXPECT_EQ(key_fetches(), 2);
  EXPECT_FALSE(verify("made-up", 3));
  EXPECT_EQ(key_fetches(), 3);
}

TEST_F(ProviderTest, FindsANewKeyWithoutAName) {
  fake.keys = {ed_jwk(1, "")};
  ASSERT_TRUE(verify("", 1));
  fake.now_s += 31;
  fake.keys = {ed_jwk(2, "")};
  EXPECT_TRUE(verify("", 2));
  EXPECT_FALSE(verify("", 1));
}

TEST_F(ProviderTest, ForgetsAWithdrawnKeyWithinTheHour) {
  ASSERT_TRUE(verify("one", 1));
  fake.keys = {ed_jwk(2, "two")};
  fake.now_s += 3'599;
  EXPECT_TRUE(verify("one", 1));
  fake.now_s += 1;
  EXPECT_FALSE(verify("one", 1));
}

TEST_F(ProviderTest, GoesOnForADayWhileTheProviderIsDown) {
  ASSERT_TRUE(verify("one", 1));
  fake.down = true;
  fake.now_s += 80'000;
  EXPECT_TRUE(verify("one", 1));
  fake.now_s += 10'000;
  const auto claims = verify("one", 1);
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().code, Code::unavailable);
}

TEST_F(ProviderTest, AsksAgainSoonAfterAFailureButNotAtOnce) {
  fake.down = true;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(provider.metadata().error().code, Code::unavailable);
  EXPECT_EQ(fake.requests.size(), 1U);
  fake.down = false;
  EXPECT_FALSE(provider.metadata());
  fake.now_s += 5;
  EXPECT_TRUE(provider.metadata());
  EXPECT_EQ(fake.requests.size(), 2U);
}

TEST_F(ProviderTest, FollowsNoRedirectionAndTakesNoErrorPage) {
  for (const auto status : {301, 302, 307, 404, 500, 204}) {
    fake.answers[FakeProvider::kKeysUrl] = {status, R"({"keys":[]})"};
    fake.now_s += 60;
    EXPECT_EQ(verify("one", 1).error().code, Code::unavailable) << status;
  }
  fake.answers[FakeProvider::kKeysUrl] = {200, std::string(600 * 1024, ' ')};
  fake.now_s += 60;
  EXPECT_EQ(verify("one", 1).error().code, Code::resource_exhausted);
}

TEST_F(ProviderTest, TakesOnlyAlgorithmsThatAreAnnounced) {
  fake.metadata["id_token_signing_alg_values_supported"] = json::array{"RS256"};
  EXPECT_EQ(verify("one", 1).error().code, Code::unauthenticated);
  EXPECT_TRUE(provider.verify(sign_rsa(header_of("RS256", "rsa"), {}), TokenKind::id));
}

TEST_F(ProviderTest, TakesRs256WhereNothingIsAnnounced) {
  fake.metadata.erase("id_token_signing_alg_values_supported");
  EXPECT_FALSE(verify("one", 1));
  EXPECT_TRUE(provider.verify(sign_rsa(header_of("RS256", "rsa"), {}), TokenKind::id));
}

TEST(MetadataUrl, HasOneSlash) {
  EXPECT_EQ(metadata_url("https://id.example.com"),
            "https://id.example.com/.well-known/openid-configuration");
  EXPECT_EQ(metadata_url("https://id.example.com/app/o/x/"),
            "https://id.example.com/app/o/x/.well-known/openid-configuration");
}

TEST(Metadata, IsReadAsFarAsItIsUsed) {
  auto document = FakeProvider().metadata;
  document["authorization_response_iss_parameter_supported"] = true;
  const auto metadata = parse_metadata(json::serialize(document), kIssuer, false);
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(metadata->authorization_endpoint, "https://id.example.com/authorize");
  EXPECT_EQ(metadata->userinfo_endpoint, "https://id.example.com/userinfo");
  EXPECT_EQ(metadata->algorithms.size(), 3U);
  EXPECT_TRUE(metadata->takes_basic && metadata->takes_post && metadata->names_itself);
  for (const auto* optional : {"userinfo_endpoint", "response_types_supported",
                               "code_challenge_methods_supported", "token_endpoint_auth_methods_supported"})
    document.erase(optional);
  const auto bare = parse_metadata(json::serialize(document), kIssuer, false);
  ASSERT_TRUE(bare) << bare.error().message;
  EXPECT_TRUE(bare->takes_basic && !bare->takes_post && bare->userinfo_endpoint.empty());
}

TEST(Metadata, IsRefusedWhereItCannotServe) {
  using Change = std::function<void(json::object&)>;
  const std::pair<const char*, Change> cases[] = {
      {"issuer", [](auto& m) { m["issuer"] = "https://id.example.com/tenant/"; }},
      {"issuer", [](auto& m) { m["issuer"] = "https://ID.example.com/tenant"; }},
      {"issuer", [](auto& m) { m.erase("issuer"); }},
      {"issuer", [](auto& m) { m["issuer"] = "https://evil.example"; }},
      {"code flow", [](auto& m) { m["response_types_supported"] = json::array{"id_token"}; }},
      {"PKCE", [](auto& m) { m["code_challenge_methods_supported"] = json::array{"plain"}; }},
      {"algorithm",
       [](auto& m) {
         m["id_token_signing_alg_values_supported"] = json::array{"HS256", "none"};
       }},
      {"authorization_endpoint", [](auto& m) { m["authorization_endpoint"] = "http://id.example.com/a"; }},
      {"authorization_endpoint", [](auto& m) { m["authorization_endpoint"] = "javascript:alert(1)"; }},
      {"token_endpoint", [](auto& m) { m["token_endpoint"] = "http://localhost/token"; }},
      {"token_endpoint", [](auto& m) { m.erase("token_endpoint"); }},
      {"jwks_uri", [](auto& m) { m["jwks_uri"] = "file:///etc/passwd"; }},
      {"userinfo_endpoint", [](auto& m) { m["userinfo_endpoint"] = "http://id.example.com/u"; }},
  };
  for (const auto& [named, change] : cases) {
    auto document = FakeProvider().metadata;
    change(document);
    const auto metadata = parse_metadata(json::serialize(document), kIssuer, false);
    ASSERT_FALSE(metadata) << json::serialize(document);
    EXPECT_EQ(metadata.error().code, Code::failed_precondition);
    EXPECT_NE(metadata.error().message.find(named), std::string::npos) << metadata.error().message;
  }
  for (const auto* text : {"", "{", "[]", R"({"issuer":"a","issuer":"b"})"})
    EXPECT_EQ(parse_metadata(text, kIssuer, false).error().code, Code::data_loss);
}

TEST(Options, AreCheckedBeforeTheyServe) {
  EXPECT_TRUE(check(options()));
  using Change = std::function<void(Options&)>;
  const std::pair<const char*, Change> cases[] = {
      {"issuer", [](auto& o) { o.issuer.clear(); }},
      {"issuer", [](auto& o) { o.issuer = "http://id.example.com"; }},
      {"issuer", [](auto& o) { o.issuer = "http://127.0.0.1:3000"; }},
      {"issuer", [](auto& o) { o.issuer = "https://id.example.com/?a=b"; }},
      {"issuer", [](auto& o) { o.issuer = "https://id.example.com/{tenantid}/v2.0"; }},
      {"client_id", [](auto& o) { o.client_id = "a b"; }},
      {"client_secret", [](auto& o) { o.client_auth = ClientAuth::none; }},
      {"client_secret",
       [](auto& o) {
         o.client_auth = ClientAuth::basic;
         o.client_secret = crypto::Secret();
       }},
      {"redirect_uri", [](auto& o) { o.redirect_uri = "http://audit.example.com/"; }},
      {"scopes", [](auto& o) { o.scopes = {"profile"}; }},
      {"scopes",
       [](auto& o) {
         o.scopes = {"openid", "a b"};
       }},
      {"acr_values", [](auto& o) { o.acr_values = {"a\"b"}; }},
      {"roles_claim",
       [](auto& o) {
         o.roles_claim = {"realm_access", ""};
       }},
      {"roles_claim", [](auto& o) { o.roles_claim.clear(); }},
      {"max_age", [](auto& o) { o.max_age_s = -1; }},
      {"clock_skew", [](auto& o) { o.clock_skew_s = 301; }},
  };
  for (const auto& [named, change] : cases) {
    auto wrong = options();
    change(wrong);
    const auto good = check(wrong);
    ASSERT_FALSE(good) << named;
    EXPECT_EQ(good.error().code, Code::invalid_argument);
    EXPECT_TRUE(good.error().message.starts_with(named)) << good.error().message;
  }
  auto local = options();
  local.issuer = "http://127.0.0.1:3000";
  local.http_on_loopback = true;
  EXPECT_TRUE(check(local));
}

}  // namespace
}  // namespace countersign::oidc
