#include "web/oidc/sign_in.h"

#include "collector/signatures/form.h"
#include "tests/web/oidc/fake_provider.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>

namespace countersign::oidc {
namespace {

using base::Code;

constexpr auto* kFormType = "application/x-www-form-urlencoded";

std::map<std::string, std::string> parameters(std::string_view form) {
  const auto pairs = signatures::read_form(form, 32);
  return pairs ? std::map<std::string, std::string>(pairs->begin(), pairs->end())
               : std::map<std::string, std::string>();
}

struct SignInTest : ::testing::Test {
  SignInTest() {
    // Numbers instead of chance: every secret is another, and the same in each run.
    entropy = [this](std::span<std::uint8_t> out) {
      for (auto& byte : out) byte = ++last;
    };
  }

  Begun begin() { return sign_in.begin().value(); }

  /// Signs in with an ID token of these claims, signed as the provider does.
  base::Result<Identity> finish(const Begun& begun, const json::object& claims) {
    fake.token_answer["id_token"] = text(sign_ed(header_of("EdDSA", "one"), claims));
    return sign_in.finish(begun.kept, "code=c-1&state=" + begun.kept.state);
  }
  base::Result<Identity> finish(const std::function<void(json::object&)>& change) {
    const auto begun = begin();
    auto claims = FakeProvider::claims(begun.kept.nonce);
    change(claims);
    return finish(begun, claims);
  }
  base::Result<Identity> finish() {
    return finish([](auto&) {});
  }
  const FetchRequest& token_request() {
    const auto found = std::find_if(fake.requests.rbegin(), fake.requests.rend(), [](const auto& request) {
      return request.url == FakeProvider::kTokenUrl;
    });
    if (found != fake.requests.rend()) return *found;
    throw std::runtime_error("the token endpoint was not asked");
  }

  FakeProvider fake;
  Options given = options();
  Provider provider{given.issuer, false, fake.fetch(), fake.clock()};
  std::uint8_t last = 0;
  crypto::Entropy entropy;
  SignIn sign_in{given, provider, fake.fetch(), fake.clock(),
                 [this](std::span<std::uint8_t> out) { entropy(out); }};
};

TEST_F(SignInTest, SendsTheBrowserWithPkceStateAndNonce) {
  given.max_age_s = 600;
  given.acr_values = {"mfa", "phr"};
  const auto begun = begin();
  const auto question = begun.url.find('?');
  EXPECT_EQ(begun.url.substr(0, question), "https://id.example.com/authorize");
  const auto sent = parameters(begun.url.substr(question + 1));
  const std::map<std::string, std::string> expected = {
      {"response_type", "code"},
      {"client_id", "countersign"},
      {"redirect_uri", "https://audit.example.com/v1/sign-in/answer"},
      {"scope", "openid profile email"},
      {"state", begun.kept.state},
      {"nonce", begun.kept.nonce},
      {"code_challenge", base::to_base64url(crypto::hash(crypto::Hash::sha256, begun.kept.code_verifier))},
      {"code_challenge_method", "S256"},
      {"max_age", "600"},
      {"acr_values", "mfa phr"}};
  EXPECT_EQ(sent, expected);
  const auto again = begin();
  const std::set<std::string> secrets = {begun.kept.state, begun.kept.nonce, begun.kept.code_verifier,
                                         again.kept.state, again.kept.nonce, again.kept.code_verifier};
  EXPECT_EQ(secrets.size(), 6U);
  for (const auto& secret : secrets) EXPECT_EQ(secret.size(), 43U);
}

TEST_F(SignInTest, KeepsTheQueryOfTheAuthorizationEndpoint) {
  fake.metadata["authorization_endpoint"] = "https://id.example.com/authorize?p=policy";
  EXPECT_TRUE(begin().url.starts_with("https://id.example.com/authorize?p=policy&response_type=code&"));
}

TEST_F(SignInTest, GivesWhoSignedIn) {
  const auto identity = finish([](auto& claims) {
    claims["sid"] = "s-1";
    claims["email"] = "ana@example.com";
    claims["email_verified"] = true;
    claims["name"] = "Ana";
    claims["groups"] = {"sec", "others"};
    claims["acr"] = "mfa";
    claims["amr"] = {"pwd", "otp"};
  });
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->issuer, kIssuer);
  EXPECT_EQ(identity->subject, "u-1");
  EXPECT_EQ(identity->sid, "s-1");
  EXPECT_EQ(identity->email, "ana@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(identity->name, "Ana");
  EXPECT_EQ(identity->groups, (std::vector<std::string>{"sec", "others"}));
  EXPECT_EQ(identity->roles, (std::vector<std::string>{"analyst", "privacy"}));
  EXPECT_EQ(identity->auth_time_s, kNowS - 30);
  EXPECT_EQ(identity->acr, "mfa");
  EXPECT_EQ(identity->amr, (std::vector<std::string>{"pwd", "otp"}));
  EXPECT_EQ(fake.count[FakeProvider::kUserInfoUrl], 0);
}

TEST_F(SignInTest, ProvesItselfAtTheTokenEndpointAsConfigured) {
  struct Case {
    ClientAuth way;
    json::array announced;
    bool secret, basic, post, works;
  };
  const json::array both = {"client_secret_post", "client_secret_basic"}, post = {"client_secret_post"},
                    neither = {"private_key_jwt"};
  for (const auto& [way, announced, secret, basic, in_body, works] :
       {Case{ClientAuth::automatic, both, true, true, false, true},
        Case{ClientAuth::automatic, post, true, false, true, true},
        Case{ClientAuth::automatic, neither, true, false, false, false},
        Case{ClientAuth::automatic, neither, false, false, false, true},
        Case{ClientAuth::basic, post, true, true, false, true},
        Case{ClientAuth::post, both, true, false, true, true},
        Case{ClientAuth::none, both, false, false, false, true}}) {
    given.client_auth = way;
    given.client_secret = secret ? std::move(options().client_secret) : crypto::Secret();
    fake.metadata["token_endpoint_auth_methods_supported"] = announced;
    fake.now_s += 4'000;
    fake.requests.clear();
    const auto begun = begin();
    auto claims = FakeProvider::claims(begun.kept.nonce);
    claims["exp"] = fake.now_s + 60;
    const auto identity = finish(begun, claims);
    ASSERT_EQ(identity.has_value(), works) << (identity ? "" : identity.error().message);
    if (!works) {
      EXPECT_EQ(identity.error().code, Code::failed_precondition);
      continue;
    }
    const auto& request = token_request();
    auto sent = parameters(request.body);
    std::map<std::string, std::string> expected = {{"grant_type", "authorization_code"},
                                                   {"code", "c-1"},
                                                   {"redirect_uri", given.redirect_uri},
                                                   {"code_verifier", begun.kept.code_verifier}};
    if (!basic) expected["client_id"] = "countersign";
    if (in_body) expected["client_secret"] = "s3cret/+~ \xc3\xa4";
    EXPECT_EQ(sent, expected);
    http::Fields headers = {{"Accept", "application/json"}, {"Content-Type", kFormType}};
    if (basic)
      headers.emplace_back("Authorization",
                           "Basic " + base::to_base64(base::bytes_of("countersign:s3cret%2F%2B~%20%C3%A4")));
    EXPECT_EQ(request.headers, headers);
  }
}

TEST_F(SignInTest, RefusesAnAnswerThatIsNotItsOwn) {
  const auto begun = begin();
  fake.token_answer["id_token"] =
      text(sign_ed(header_of("EdDSA", "one"), FakeProvider::claims(begun.kept.nonce)));
  const auto good = "code=c-1&state=" + begun.kept.state;
  const std::string queries[] = {
      "",
      "code=c-1",
      "code=c-1&state=",
      "code=c-1&state=" + begin().kept.state,
      "code=c-1&state=" + begun.kept.state + "A",
      "code=c-1&state=" + begun.kept.nonce,
      good + "&state=" + begun.kept.state,
      good + "&code=c-2",
      good + "&iss=https%3A%2F%2Fevil.example",
      good + "&iss=",
      "state=" + begun.kept.state,
      "code=&state=" + begun.kept.state,
      "code=%00&state=" + begun.kept.state,
      "code=%ff&state=" + begun.kept.state,
      "error=access_denied&state=wrong",
      good + "&x=%zz",
      good + "&x=" + std::string(17'000, 'x'),
      "code=" + std::string(9'000, 'x') + "&state=" + begun.kept.state,
  };
  for (const auto& query : queries) {
    const auto identity = sign_in.finish(begun.kept, query);
    ASSERT_FALSE(identity) << query.substr(0, 200);
    EXPECT_EQ(identity.error().code, Code::unauthenticated) << identity.error().message;
  }
  auto nothing_kept = begun.kept;
  nothing_kept.state.clear();
  EXPECT_FALSE(sign_in.finish(nothing_kept, "code=c-1&state="));
  EXPECT_FALSE(sign_in.finish(nothing_kept, "code=c-1"));
  EXPECT_EQ(fake.count[FakeProvider::kTokenUrl], 0);
  EXPECT_TRUE(
      sign_in.finish(begun.kept, good + "&iss=https%3A%2F%2Fid.example.com%2Ftenant&session_state=x"));
}

TEST_F(SignInTest, WantsToKnowWhereTheAnswerComesFromWhereThatIsAnnounced) {
  fake.metadata["authorization_response_iss_parameter_supported"] = true;
  const auto begun = begin();
  fake.token_answer["id_token"] =
      text(sign_ed(header_of("EdDSA", "one"), FakeProvider::claims(begun.kept.nonce)));
  const auto without = sign_in.finish(begun.kept, "code=c-1&state=" + begun.kept.state);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, Code::unauthenticated);
  EXPECT_FALSE(sign_in.finish(begun.kept, "error=access_denied&state=" + begun.kept.state)
                   .error()
                   .message.starts_with("the provider answers"));
  EXPECT_TRUE(sign_in.finish(begun.kept,
                             "code=c-1&iss=https%3A%2F%2Fid.example.com%2Ftenant&state=" + begun.kept.state));
}

TEST_F(SignInTest, IsOverAfterAQuarterOfAnHour) {
  const auto begun = begin();
  fake.now_s += 901;
  EXPECT_EQ(sign_in.finish(begun.kept, "code=c-1&state=" + begun.kept.state).error().code,
            Code::unauthenticated);
  EXPECT_EQ(fake.count[FakeProvider::kTokenUrl], 0);
}

TEST_F(SignInTest, TellsWhatTheProviderRefused) {
  for (const auto& [error, code] : {std::pair{"access_denied", Code::permission_denied},
                                    std::pair{"login_required", Code::unauthenticated},
                                    std::pair{"temporarily_unavailable", Code::unavailable},
                                    std::pair{"invalid_scope", Code::failed_precondition}}) {
    const auto begun = begin();
    const auto identity = sign_in.finish(
        begun.kept, "error_description=Ana+is+blocked&state=" + begun.kept.state + "&error=" + error);
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, code);
    EXPECT_NE(identity.error().message.find(error), std::string::npos);
    EXPECT_EQ(identity.error().message.find("Ana"), std::string::npos);
  }
  const auto begun = begin();
  const auto identity =
      sign_in.finish(begun.kept, "error=%3Cb%3Eana%40example.com&state=" + begun.kept.state);
  EXPECT_EQ(identity.error().message.find("ana"), std::string::npos);
}

TEST_F(SignInTest, TellsWhatTheTokenEndpointRefused) {
  struct Case {
    int status;
    const char* body;
    Code code;
  };
  for (const auto& [status, body, code] :
       {Case{400, R"({"error":"invalid_grant"})", Code::unauthenticated},
        Case{401, R"({"error":"invalid_client"})", Code::failed_precondition},
        Case{400, R"({"error":"invalid_client"})", Code::failed_precondition},
        Case{401, "", Code::failed_precondition}, Case{503, "<html>", Code::unavailable},
        Case{429, "", Code::unavailable}, Case{302, "", Code::failed_precondition},
        Case{200, "<html>", Code::data_loss}, Case{200, "{}", Code::data_loss},
        Case{200, R"({"id_token":7})", Code::data_loss},
        Case{200, R"({"id_token":"a.b.c"})", Code::unauthenticated}}) {
    fake.answers[FakeProvider::kTokenUrl] = {status, body};
    const auto identity = finish();
    ASSERT_FALSE(identity) << body;
    EXPECT_EQ(identity.error().code, code) << identity.error().message;
  }
}

/// Each claim wrong in turn (OpenID Connect Core 1.0 section 3.1.3.7).
TEST_F(SignInTest, RefusesEachClaimThatIsWrong) {
  fake.metadata.erase("userinfo_endpoint");  // which would notice a wrong subject, too
  using Change = std::function<void(json::object&)>;
  const std::pair<const char*, Change> cases[] = {
      {"iss", [](auto& c) { c["iss"] = "https://id.example.com/tenant/"; }},
      {"iss", [](auto& c) { c["iss"] = "https://evil.example"; }},
      {"iss", [](auto& c) { c["iss"] = json::array{text(kIssuer)}; }},
      {"iss", [](auto& c) { c.erase("iss"); }},
      {"aud", [](auto& c) { c["aud"] = "somebody-else"; }},
      {"aud", [](auto& c) { c["aud"] = json::array(); }},
      {"aud", [](auto& c) { c["aud"] = {"somebody-else"}; }},
      {"aud", [](auto& c) { c["aud"] = "countersign2"; }},
      {"aud", [](auto& c) { c["aud"] = 7; }},
      {"aud",
       [](auto& c) {
         c["aud"] = {"countersign", 7};
       }},
      {"aud",
       [](auto& c) {
         c["aud"] = {{"countersign", true}};
       }},
      {"aud", [](auto& c) { c.erase("aud"); }},
      {"aud",
       [](auto& c) {
         c["aud"] = {"countersign", "somebody-else"};
         c["azp"] = "countersign";
       }},
      {"azp", [](auto& c) { c["azp"] = "somebody-else"; }},
      {"azp", [](auto& c) { c["azp"] = nullptr; }},
      {"exp", [](auto& c) { c["exp"] = kNowS - 60; }},
      {"exp", [](auto& c) { c["exp"] = "1790000300"; }},
      {"exp", [](auto& c) { c["exp"] = -1; }},
      {"exp", [](auto& c) { c["exp"] = 1e300; }},
      {"exp", [](auto& c) { c["exp"] = std::uint64_t{1} << 63; }},
      {"exp", [](auto& c) { c.erase("exp"); }},
      {"iat", [](auto& c) { c["iat"] = kNowS + 61; }},
      {"iat", [](auto& c) { c["iat"] = "now"; }},
      {"iat", [](auto& c) { c.erase("iat"); }},
      {"nbf", [](auto& c) { c["nbf"] = kNowS + 61; }},
      {"nbf", [](auto& c) { c["nbf"] = "x"; }},
      {"nonce", [](auto& c) { c["nonce"] = "another"; }},
      {"nonce", [](auto& c) { c["nonce"] = ""; }},
      {"nonce", [](auto& c) { c["nonce"] = json::array{c["nonce"]}; }},
      {"nonce", [](auto& c) { c.erase("nonce"); }},
      {"sub", [](auto& c) { c["sub"] = ""; }},
      {"sub", [](auto& c) { c["sub"] = 7; }},
      {"sub", [](auto& c) { c["sub"] = json::string(256, 's'); }},
      {"sub", [](auto& c) { c["sub"] = "u\n1"; }},
      {"sub", [](auto& c) { c.erase("sub"); }},
  };
  for (const auto& [claim, change] : cases) {
    const auto identity = finish(change);
    ASSERT_FALSE(identity) << claim;
    EXPECT_EQ(identity.error().code, Code::unauthenticated);
    EXPECT_TRUE(identity.error().message.find(std::string("(") + claim + ")") != std::string::npos)
        << claim << ": " << identity.error().message;
  }
}

TEST_F(SignInTest, AllowsWhatTheStandardAllows) {
  given.other_audiences = {"api"};
  using Change = std::function<void(json::object&)>;
  const Change cases[] = {
      [](auto&) {},
      [](auto& c) { c["aud"] = {"countersign"}; },
      [](auto& c) { c["azp"] = "countersign"; },
      [](auto& c) {
        c["aud"] = {"api", "countersign"};
        c["azp"] = "countersign";
      },
      [](auto& c) { c["exp"] = kNowS - 59; },
      [](auto& c) { c["iat"] = kNowS + 60; },
      [](auto& c) { c["iat"] = static_cast<double>(kNowS) - 0.5; },
      [](auto& c) { c["nbf"] = kNowS; },
  };
  for (const auto& change : cases) {
    const auto identity = finish(change);
    EXPECT_TRUE(identity) << identity.error().message;
  }
  // Several audiences, all of them known, and nobody said to whom it was issued.
  EXPECT_FALSE(finish([](auto& c) { c["aud"] = {"api", "countersign"}; }));
}

TEST_F(SignInTest, RefusesATokenThatIsNotTheProviders) {
  const auto jwk = json::serialize(rsa_jwk("rsa"));
  using Make = std::function<std::string(const json::object&)>;
  const Make cases[] = {
      [](const auto& c) { return unsigned_token(header_of("none", ""), c) + "."; },
      [](const auto& c) { return sign_hs256(header_of("HS256", "rsa"), c, kRsaModulus); },
      [&](const auto& c) { return sign_hs256(header_of("HS256", "rsa"), c, jwk); },
      [](const auto& c) { return sign_hs256(header_of("HS256", "rsa"), c, rsa_pem()); },
      [](const auto& c) { return sign_hs256(header_of("HS256", ""), c, "s3cret/+~ \xc3\xa4"); },
      [&](const auto& c) { return sign_hs256(header_of("RS256", "rsa"), c, jwk); },
      [](const auto& c) { return sign_ed(header_of("EdDSA", "one"), c, 2); },
      [](const auto& c) { return sign_ed(header_of("EdDSA", "two"), c); },
      [](const auto& c) { return sign_ed(header_of("EdDSA", "rsa"), c); },
      [](const auto& c) { return sign_ed(header_of("RS256", "rsa"), c); },
      [](const auto& c) { return sign_ed(header_of("RS256", "one"), c); },
      [](const auto& c) { return sign_rsa(header_of("EdDSA", "one"), c); },
      [](const auto& c) { return sign_rsa(header_of("PS256", "rsa"), c); },
      [](const auto& c) { return sign_rsa(header_of("RS512", "rsa"), c); },
      [](const auto& c) {
        auto token = sign_ed(header_of("EdDSA", "one"), c);
        token.resize(token.size() - 2);
        return token;
      },
      [](const auto& c) {
        auto other = c;
        other["sub"] = "u-2";
        const auto token = sign_ed(header_of("EdDSA", "one"), c);
        return unsigned_token(header_of("EdDSA", "one"), other) + token.substr(token.rfind('.'));
      },
      [](const auto& c) {
        return sign_ed({{"alg", "EdDSA"}, {"kid", "one"}, {"typ", "logout+jwt"}}, c);
      },
  };
  for (const auto& make : cases) {
    const auto begun = begin();
    const auto token = make(FakeProvider::claims(begun.kept.nonce));
    fake.token_answer["id_token"] = text(token);
    const auto identity = sign_in.finish(begun.kept, "code=c-1&state=" + begun.kept.state);
    ASSERT_FALSE(identity) << token;
    EXPECT_EQ(identity.error().code, Code::unauthenticated) << identity.error().message;
  }
  const auto begun = begin();
  fake.token_answer["id_token"] =
      text(sign_rsa(header_of("RS256", "rsa"), FakeProvider::claims(begun.kept.nonce)));
  EXPECT_TRUE(sign_in.finish(begun.kept, "code=c-1&state=" + begun.kept.state));
}

TEST_F(SignInTest, WantsAFreshAndAStrongProofWhereThatIsSet) {
  given.max_age_s = 600;
  EXPECT_TRUE(finish());
  EXPECT_TRUE(finish([](auto& c) { c["auth_time"] = kNowS - 660; }));
  EXPECT_FALSE(finish([](auto& c) { c["auth_time"] = kNowS - 661; }));
  EXPECT_FALSE(finish([](auto& c) { c["auth_time"] = kNowS + 61; }));
  EXPECT_FALSE(finish([](auto& c) { c.erase("auth_time"); }));
  given.max_age_s.reset();
  EXPECT_TRUE(finish([](auto& c) { c.erase("auth_time"); }));
  given.acr_values = {"mfa", "phr"};
  EXPECT_TRUE(finish([](auto& c) { c["acr"] = "phr"; }));
  EXPECT_FALSE(finish([](auto& c) { c["acr"] = "0"; }));
  EXPECT_FALSE(finish());
}

TEST_F(SignInTest, AsksTheUserInfoForWhatIsMissing) {
  fake.user_info = {{"sub", "u-1"},  {"email", "ana@example.com"}, {"email_verified", "true"},
                    {"name", "Ana"}, {"groups", {"audit-team"}},   {"acr", "mfa"}};
  const auto identity = finish();
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->email, "ana@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(identity->name, "Ana");
  EXPECT_EQ(identity->roles, std::vector<std::string>{"auditor"});
  EXPECT_EQ(identity->acr, "");  // how somebody signed in is told by signed tokens only
  EXPECT_EQ(fake.requests.back().headers.back(),
            (std::pair<std::string, std::string>("Authorization", "Bearer at-1")));
  // What the ID token says goes before, and what is said of an address stays with it.
  const auto both = finish([](auto& c) {
    c["email"] = "bob@example.com";
    c["groups"] = json::array();
  });
  EXPECT_EQ(both->email, "bob@example.com");
  EXPECT_FALSE(both->email_verified);
  EXPECT_TRUE(both->roles.empty());
  const auto groups_only = finish([](auto& c) { c["groups"] = {"sec"}; });
  EXPECT_EQ(groups_only->email, "ana@example.com");
  EXPECT_EQ(groups_only->roles, (std::vector<std::string>{"analyst", "privacy"}));
  const auto address_only = finish([](auto& c) { c["email"] = "bob@example.com"; });
  EXPECT_EQ(address_only->email, "bob@example.com");
  EXPECT_FALSE(address_only->email_verified);
  EXPECT_EQ(address_only->roles, std::vector<std::string>{"auditor"});
}

TEST_F(SignInTest, RefusesAUserInfoOfSomebodyElse) {
  for (const auto* sub : {"u-2", "", "U-1"}) {
    fake.user_info = {{"sub", sub}, {"groups", {"sec"}}};
    EXPECT_EQ(finish().error().code, Code::unauthenticated) << sub;
  }
  fake.answers[FakeProvider::kUserInfoUrl] = {200, "eyJhbGciOiJub25lIn0.e30."};
  EXPECT_EQ(finish().error().code, Code::data_loss);
  fake.answers[FakeProvider::kUserInfoUrl] = {403, ""};
  EXPECT_EQ(finish().error().code, Code::unavailable);
}

TEST_F(SignInTest, SaysSoWhereTheProviderLeftTheGroupsOut) {
  const auto identity = finish([](auto& c) {
    c["email"] = "ana@example.com";
    c["_claim_names"] = {{"groups", "src1"}};
    c["_claim_sources"] = {{"src1", {{"endpoint", "https://graph.example.com"}}}};
  });
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Code::failed_precondition);
}

TEST_F(SignInTest, GivesNobodyARoleWithoutAClaim) {
  given.roles_claim.clear();
  const auto identity = finish([](auto& c) {
    c["email"] = "ana@example.com";
    c["groups"] = {"sec"};
  });
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_TRUE(identity->roles.empty());
}

TEST_F(SignInTest, LeavesOutTextThatNobodyCanRead) {
  fake.metadata.erase("userinfo_endpoint");
  const auto identity = finish([](auto& c) {
    c["email"] = "ana@example.com\r\nBcc: x";
    c["email_verified"] = true;
    c["name"] = json::string(300, 'n');
    c["preferred_username"] = "ana";
    c["amr"] = 7;
    c["sid"] = {"s"};
  });
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->email, "");
  EXPECT_FALSE(identity->email_verified);
  EXPECT_EQ(identity->name, "ana");
  EXPECT_TRUE(identity->amr.empty());
  EXPECT_EQ(identity->sid, "");
}

}  // namespace
}  // namespace countersign::oidc
