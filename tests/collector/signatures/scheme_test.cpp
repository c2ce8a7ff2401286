#include "collector/signatures/scheme.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/mac.h"
#include "tests/ledger/crypto/vectors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace countersign::signatures {
namespace {

using crypto::Hash;
using testing::text_at;

/// A request that can be altered piece by piece.
struct Sample {
  std::string scheme{};
  std::string secret{};
  std::string method = "POST";
  std::string path = "/v1/hooks/source";
  std::string query{};
  std::string url = "https://example.com";
  std::string body{};
  std::map<std::string, std::string> headers{};
  std::int64_t now_s = 1'700'000'000;

  Verdict verify(std::vector<std::string> with = {}) const {
    if (with.empty()) with = {secret};
    std::vector<crypto::Secret> kept;
    for (const auto& text : with) kept.emplace_back(base::bytes_of(text));
    std::vector<const crypto::Secret*> secrets;
    for (const auto& one : kept) secrets.push_back(&one);
    const auto header = [&](std::string_view name) -> std::string_view {
      for (const auto& [key, value] : headers) {
        if (std::equal(key.begin(), key.end(), name.begin(), name.end(),
                       [](char a, char b) { return std::tolower(a) == std::tolower(b); }))
          return value;
      }
      return {};
    };
    const auto* found = find_scheme(scheme);
    EXPECT_NE(found, nullptr) << scheme;
    EXPECT_TRUE(found->check_secret(secret)) << scheme;
    return found->verify({method, path, query, {url}, header, body, now_s}, secrets);
  }
};

std::string hex_mac(std::string_view key, std::string_view message) {
  return base::to_hex(crypto::hmac(Hash::sha256, base::bytes_of(key), message));
}

std::string base64_mac(std::string_view key, std::string_view message) {
  return base::to_base64(crypto::hmac(Hash::sha256, base::bytes_of(key), message));
}

Sample standard_webhooks() {
  const auto v = testing::read_vectors("signatures/vectors.json").at("standard_webhooks");
  Sample s{.scheme = "standard_webhooks",
           .secret = std::string(text_at(v, "secret")),
           .body = std::string(text_at(v, "body"))};
  for (const auto& member : v.at("headers").as_object())
    s.headers[member.key()] = std::string(member.value().as_string());
  s.now_s = 1614265330;
  return s;
}

Sample twilio(std::string_view name) {
  const auto v = testing::read_vectors("signatures/vectors.json").at(name);
  const std::string url(text_at(v, "url"));
  const auto slash = url.find('/', 8), mark = url.find('?');
  Sample s{.scheme = "twilio",
           .secret = std::string(text_at(v, "auth_token")),
           .path = url.substr(slash, mark - slash),
           .query = url.substr(mark + 1),
           .url = url.substr(0, slash)};
  s.headers["X-Twilio-Signature"] = text_at(v, "X-Twilio-Signature");
  if (const auto* params = v.as_object().if_contains("params")) {
    s.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8";
    for (const auto& member : params->as_object()) {
      std::string value(member.value().as_string());
      if (value.front() == '+') value.replace(0, 1, "%2B");
      s.body += (s.body.empty() ? "" : "&") + std::string(member.key()) + "=" + value;
    }
  } else {
    s.headers["Content-Type"] = "application/json";
    s.body = text_at(v, "body");
  }
  return s;
}

Sample workos() {
  const auto v = testing::read_vectors("signatures/vectors.json").at("workos");
  Sample s{.scheme = "workos", .secret = "secret-1", .body = std::string(text_at(v, "body"))};
  s.headers["WorkOS-Signature"] = "t=1700000000000, v1=" + hex_mac("secret-1", "1700000000000." + s.body);
  return s;
}

Sample phasetwo() {
  const auto v = testing::read_vectors("signatures/vectors.json").at("phasetwo_keycloak");
  Sample s{.scheme = "phasetwo",
           .secret = std::string(text_at(v, "secret")),
           .body = std::string(text_at(v, "body"))};
  s.headers["X-Keycloak-Signature"] = text_at(v, "X-Keycloak-Signature");
  return s;
}

/// The example of Sinch's page on callback request signing.
Sample sinch() {
  Sample s{.scheme = "sinch", .secret = "BeIukql3pTKJ8RGL5zo0DA==", .path = "/sinch/callback/ace"};
  s.body =
      R"({"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1})";
  s.headers = {
      {"Authorization",
       "application 669E367E-6BBA-48AB-AF15-266871C28135:Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4="},
      {"Content-Type", "application/json"},
      {"x-timestamp", "2014-09-24T10:59:41Z"}};
  s.now_s = 1411556381;
  return s;
}

Sample telnyx() {
  const auto key = crypto::Ed25519Key::from_seed(base::bytes_of("0123456789abcdef0123456789abcdef")).value();
  Sample s{.scheme = "telnyx", .secret = base::to_base64(key.public_key()), .body = R"({"data":{}})"};
  s.headers = {{"telnyx-timestamp", "1700000000"},
               {"telnyx-signature-ed25519", base::to_base64(key.sign("1700000000|" + s.body))}};
  return s;
}

Sample vonage(std::string_view header_json = R"({"alg":"HS256","typ":"JWT"})") {
  Sample s{.scheme = "vonage", .secret = "a-signature-secret-of-vonage", .body = R"({"request_id":"c-1"})"};
  const auto claims = fmt::format(R"({{"iat":1700000000,"jti":"j-1","iss":"Vonage","payload_hash":"{}"}})",
                                  base::to_hex(crypto::sha256(s.body).view()));
  const std::string covered =
      base::to_base64url(base::bytes_of(header_json)) + "." + base::to_base64url(base::bytes_of(claims));
  s.headers["Authorization"] =
      "Bearer " + covered + "." +
      base::to_base64url(crypto::hmac(Hash::sha256, base::bytes_of(s.secret), covered));
  return s;
}

Sample timed(std::string scheme) {
  Sample s{.scheme = scheme, .secret = "signing-secret-1", .body = R"({"type":"x"})"};
  if (scheme == "slack") {
    s.headers = {{"X-Slack-Request-Timestamp", "1700000000"},
                 {"X-Slack-Signature", "v0=" + hex_mac(s.secret, "v0:1700000000:" + s.body)}};
  } else {
    s.headers = {{"X-Zendesk-Webhook-Signature-Timestamp", "2023-11-14T22:13:20Z"},
                 {"X-Zendesk-Webhook-Signature", base64_mac(s.secret, "2023-11-14T22:13:20Z" + s.body)}};
  }
  return s;
}

Sample plain(std::string scheme) {
  Sample s{.scheme = scheme, .secret = "signing-secret-1", .body = R"({"type":"x"})"};
  if (scheme == "github") s.headers["X-Hub-Signature-256"] = "sha256=" + hex_mac(s.secret, s.body);
  if (scheme == "authgear") s.headers["x-authgear-body-signature"] = hex_mac(s.secret, s.body);
  return s;
}

Sample shared_header() {
  Sample s{.scheme = "shared_header", .secret = "csh_0123456789abcdef01234567", .body = "{}"};
  s.headers["Authorization"] = s.secret;
  return s;
}

std::vector<Sample> all_samples() {
  return {standard_webhooks(),
          twilio("twilio_form"),
          twilio("twilio_json_bodySHA256"),
          workos(),
          phasetwo(),
          sinch(),
          telnyx(),
          vonage(),
          timed("slack"),
          timed("zendesk"),
          plain("github"),
          plain("authgear"),
          shared_header()};
}

TEST(Schemes, TakeWhatTheProviderSigned) {
  for (const auto& sample : all_samples()) {
    const auto verdict = sample.verify();
    EXPECT_TRUE(verdict) << sample.scheme << ": " << (verdict ? "" : to_string(verdict.error()));
    EXPECT_TRUE(sample.verify({"another-secret-of-old", sample.secret}))
        << "any secret of the source will do";
  }
}

TEST(Schemes, HaveASampleEach) {
  for (const auto& scheme : all_schemes()) {
    const auto samples = all_samples();
    EXPECT_TRUE(std::any_of(samples.begin(), samples.end(), [&](const Sample& s) {
      return s.scheme == scheme.name;
    })) << scheme.name;
  }
}

TEST(Schemes, RefuseAnotherBody) {
  for (const auto& good : all_samples()) {
    if (good.scheme == "shared_header") continue;  // covers no body, and is graded so
    for (std::size_t at = 0; at < good.body.size(); ++at) {
      auto sample = good;
      sample.body[at] = static_cast<char>(sample.body[at] ^ 1);
      const auto verdict = sample.verify();
      EXPECT_FALSE(verdict) << sample.scheme << " with byte " << at << " flipped";
    }
  }
}

TEST(Schemes, RefuseEveryFlippedByteOfAHeader) {
  for (const auto& good : all_samples()) {
    for (const auto& [name, value] : good.headers) {
      if (good.scheme == "twilio" && name == "Content-Type") continue;
      for (std::size_t at = 0; at < value.size(); ++at) {
        // Not covered: the application's key of Sinch, the case of a scheme's name, and spaces.
        if (good.scheme == "sinch" && name == "Authorization" && at < value.find(':')) continue;
        auto sample = good;
        sample.headers[name][at] = static_cast<char>(value[at] ^ 1);
        EXPECT_FALSE(sample.verify()) << good.scheme << " " << name << " byte " << at;
      }
    }
  }
}

TEST(Schemes, SayWhyTheyDoubt) {
  for (const auto& good : all_samples()) {
    auto sample = good;
    sample.headers.clear();
    ASSERT_FALSE(sample.verify()) << good.scheme;
    EXPECT_EQ(sample.verify().error(), Doubt::missing) << good.scheme;
    const std::string other = good.scheme == "standard_webhooks" ? "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                              : good.scheme == "sinch"           ? "AAAAAAAAAAAAAAAAAAAAAA=="
                              : good.scheme == "telnyx" ? base::to_base64(std::vector<std::uint8_t>(32, 7))
                                                        : "another-secret-of-the-source";
    ASSERT_FALSE(good.verify({other})) << good.scheme;
    EXPECT_EQ(good.verify({other}).error(), Doubt::wrong) << good.scheme;
    EXPECT_FALSE(good.verify(std::vector<std::string>(1, std::string())))
        << good.scheme << " with an empty secret";
  }
}

TEST(Schemes, HoldASignedTimeWithinFiveMinutes) {
  std::size_t timed_schemes = 0;
  for (auto sample : all_samples()) {
    const auto now = sample.now_s;
    const auto proven = sample.verify();
    ASSERT_TRUE(proven);
    if (proven->replay_id.empty()) continue;
    ++timed_schemes;
    EXPECT_EQ(proven->replay_until_s, now + 301) << sample.scheme;
    for (const auto away : {-300, 300}) {
      sample.now_s = now + away;
      EXPECT_TRUE(sample.verify()) << sample.scheme << " " << away;
    }
    for (const auto away : {-301, 301, 86'400}) {
      sample.now_s = now + away;
      ASSERT_FALSE(sample.verify()) << sample.scheme << " " << away;
      EXPECT_EQ(sample.verify().error(), Doubt::stale) << sample.scheme;
    }
  }
  EXPECT_EQ(timed_schemes, 7u) << "Standard Webhooks, WorkOS, Sinch, Telnyx, Vonage, Slack, Zendesk";
}

TEST(StandardWebhooks, TakesOneGoodSignatureOfSeveral) {
  auto sample = standard_webhooks();
  const auto good = sample.headers["webhook-signature"];
  sample.headers["webhook-signature"] = "v1,AAAA v2," + good.substr(3) + " " + good;
  EXPECT_TRUE(sample.verify());
  sample.headers["webhook-signature"] = "v2," + good.substr(3);
  EXPECT_FALSE(sample.verify()) << "another version is another scheme";
}

TEST(StandardWebhooks, TakesSvixsNamesOfTheHeaders) {
  auto sample = standard_webhooks();
  std::map<std::string, std::string> renamed;
  for (const auto& [name, value] : sample.headers) renamed["svix-" + name.substr(8)] = value;
  sample.headers = renamed;
  EXPECT_TRUE(sample.verify());
}

TEST(StandardWebhooks, TakesAnAsymmetricSignature) {
  const auto key = crypto::Ed25519Key::from_seed(base::bytes_of("0123456789abcdef0123456789abcdef")).value();
  auto sample = standard_webhooks();
  const auto message =
      fmt::format("{}.{}.{}", sample.headers["webhook-id"], sample.headers["webhook-timestamp"], sample.body);
  sample.secret = "whpk_" + base::to_base64(key.public_key());
  sample.headers["webhook-signature"] = "v1a," + base::to_base64(key.sign(message));
  EXPECT_TRUE(sample.verify());
  sample.headers["webhook-signature"][8] ^= 1;
  EXPECT_FALSE(sample.verify());
}

TEST(StandardWebhooks, MakesSecretsThatItTakes) {
  const auto* scheme = find_scheme("standard_webhooks");
  EXPECT_TRUE(scheme->check_secret(make_secret(*scheme, crypto::system_entropy())));
  EXPECT_FALSE(scheme->check_secret("whsec_short"));
  EXPECT_FALSE(scheme->check_secret("secret"));
  EXPECT_FALSE(scheme->check_secret("whsec_AAAAAAAAAAAAAAAAAAAA"));
}

TEST(Twilio, TriesTheUrlWithAndWithoutItsPort) {
  for (const std::string_view name : {"twilio_form", "twilio_json_bodySHA256"}) {
    auto sample = twilio(name);
    sample.url += ":443";
    EXPECT_TRUE(sample.verify()) << name;
    sample.url = "https://elsewhere.example.com";
    EXPECT_FALSE(sample.verify()) << name;
  }
}

TEST(Twilio, RefusesJsonWithoutTheHashOfTheBody) {
  auto sample = twilio("twilio_json_bodySHA256");
  sample.query = "foo=1&bar=2";
  sample.headers["X-Twilio-Signature"] = base::to_base64(
      crypto::hmac(Hash::sha1, base::bytes_of(sample.secret), sample.url + sample.path + "?" + sample.query));
  ASSERT_FALSE(sample.verify()) << "the URL alone is signed, so any body would do";
  EXPECT_EQ(sample.verify().error(), Doubt::missing);
}

TEST(Twilio, SortsAndUnitesRepeatedParameters) {
  auto sample = twilio("twilio_form");
  sample.body = "b=2&a=9&b=1&b=2";
  sample.headers["X-Twilio-Signature"] = base::to_base64(crypto::hmac(
      Hash::sha1, base::bytes_of(sample.secret), sample.url + sample.path + "?" + sample.query + "a9b1b2"));
  EXPECT_TRUE(sample.verify());
  sample.body = "b=%zz";
  EXPECT_EQ(sample.verify().error(), Doubt::malformed);
}

TEST(Vonage, TakesNoOtherAlgorithm) {
  for (const std::string_view header :
       {R"({"alg":"none"})", R"({"alg":"RS256"})", R"({"alg":"hs256"})", "{}", "[]"}) {
    const auto verdict = vonage(header).verify();
    ASSERT_FALSE(verdict) << header;
    EXPECT_EQ(verdict.error(), Doubt::malformed) << header;
  }
}

TEST(SharedHeader, TakesABearerTokenAndABasicPassword) {
  auto sample = shared_header();
  sample.headers["Authorization"] = "Bearer " + sample.secret;
  EXPECT_TRUE(sample.verify());
  sample.headers["Authorization"] = "basic " + base::to_base64(base::bytes_of("okta:" + sample.secret));
  EXPECT_TRUE(sample.verify());
  sample.headers["Authorization"] = "Basic !!!";
  EXPECT_FALSE(sample.verify());
  EXPECT_FALSE(find_scheme("shared_header")->check_secret("short"));
}

}  // namespace
}  // namespace countersign::signatures
