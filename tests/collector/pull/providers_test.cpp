#include "collector/http/query.h"
#include "collector/pull/puller.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/x509.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace countersign::pull {
namespace {

namespace json = boost::json;

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kNow_s = 1'769'851'800;  // 2026-01-31T09:30:00Z, a Saturday

PullContext context(std::string base_url, std::string_view credential,
                    std::map<std::string, std::string> settings = {}) {
  return {std::move(base_url), credential, std::move(settings), {kNow_s * 1'000'000}, "access-token"};
}

http::ClientResponse answer(int status, std::string body, http::Fields headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

std::string field(const PullRequest& request, std::string_view name) {
  for (const auto& [field, value] : request.headers)
    if (field == name) return value;
  return {};
}

PullContext duo() {
  return context("https://api-XXXXXXXX.duosecurity.com",
                 "DIWJ8X6AEYOR5OMC6TQ1:Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep");
}

TEST(CiscoDuoPuller, SignsAsDuosOwnClientDoes) {
  const auto request = kCiscoDuoPuller.request("", duo());
  EXPECT_EQ(
      request.target,
      "/admin/v2/logs/authentication?limit=1000&maxtime=1769851680000&mintime=1769246880000&sort=ts%3Aasc");
  EXPECT_EQ(field(request, "Date"), "Sat, 31 Jan 2026 09:30:00 -0000");
  // duo_client 5.7.0 (PyPI), client.sign() with sig_version 5 and SHA-512 for these parameters.
  EXPECT_EQ(
      field(request, "Authorization"),
      "Basic "
      "RElXSjhYNkFFWU9SNU9NQzZUUTE6MDI0NmM4MGIxZDZiMDNjY2YxNzFiZTA4YjViMDRhYmNmNTU5ZDU5MWUwMTY5NzE2YzdjY2Qz"
      "MmQwYmE2YTVhYzUzNTNhYzE2ZmJkMmM4ZDQ4MDg4ZGNhODk5ZjRkZTYyMWU0ZTczYzE4ZjRiY2MzZTJjYTFlM2YyNDRmZDI4NmU=");
}

TEST(CiscoDuoPuller, ReadsItsThreeLogsInTurn) {
  const auto one = kCiscoDuoPuller.read(
      answer(
          200,
          R"({"stat":"OK","response":{"authlogs":[{"txid":"1"}],"metadata":{"next_offset":["17","u-1"]}}})"),
      "", duo());
  ASSERT_TRUE(one);
  EXPECT_EQ(one->payloads.size(), 1u);
  EXPECT_TRUE(one->more);
  EXPECT_EQ(one->wait_s, 60);
  EXPECT_THAT(kCiscoDuoPuller.request(one->cursor, duo()).target,
              HasSubstr("mintime=1769246880000&next_offset=17%2Cu-1&sort"));
  const auto two = kCiscoDuoPuller.read(
      answer(200, R"({"stat":"OK","response":{"authlogs":[],"metadata":{"next_offset":null}}})"), one->cursor,
      duo());
  ASSERT_TRUE(two);
  EXPECT_THAT(kCiscoDuoPuller.request(two->cursor, duo()).target, StartsWith("/admin/v2/logs/telephony?"));
  const auto three = kCiscoDuoPuller.read(
      answer(200, R"({"stat":"OK","response":{"items":[{},{}],"metadata":{"next_offset":"17,u-2"}}})"),
      two->cursor, duo());
  ASSERT_TRUE(three);
  EXPECT_EQ(three->payloads.size(), 2u);
  EXPECT_THAT(kCiscoDuoPuller.request(three->cursor, duo()).target, HasSubstr("next_offset=17%2Cu-2"));
  const auto four =
      kCiscoDuoPuller.read(answer(200, R"({"stat":"OK","response":{"items":[]}})"), three->cursor, duo());
  ASSERT_TRUE(four);
  EXPECT_THAT(kCiscoDuoPuller.request(four->cursor, duo()).target, StartsWith("/admin/v2/logs/activity?"));
}

PullContext entra() {
  return context("https://graph.microsoft.com", "cl ient&secret",
                 {{"directory_id", "d/1"}, {"client_id", "c-1"}});
}

TEST(EntraIdPuller, AsksForATokenByTheClientCredentialsFlow) {
  const auto request = kEntraIdPuller.authorize(entra());
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://login.microsoftonline.com/d%2F1/oauth2/v2.0/token");
  EXPECT_EQ(
      request->form,
      "client_id=c-1&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=cl%20ient%26secret&"
      "grant_type=client_credentials");
}

TEST(EntraIdPuller, FollowsPagesOnItsOwnHostOnly) {
  const auto first = kEntraIdPuller.request("", entra());
  EXPECT_EQ(first.target,
            "/beta/auditLogs/"
            "signIns?$filter=createdDateTime%20ge%202026-01-24T09%3A30%3A00Z%20and%20createdDateTime%20"
            "lt%202026-01-31T09%3A30%3A00Z&$top=1000");
  EXPECT_EQ(field(first, "Authorization"), "Bearer access-token");
  const auto page = [&](const std::string& link) {
    return kEntraIdPuller.read(answer(200, R"({"@odata.nextLink":")" + link + R"(","value":[{"id":"1"}]})"),
                               "", entra());
  };
  const auto good = page("https://graph.microsoft.com/beta/auditLogs/signIns?$skiptoken=abc");
  ASSERT_TRUE(good);
  EXPECT_EQ(kEntraIdPuller.request(good->cursor, entra()).target, "/beta/auditLogs/signIns?$skiptoken=abc");
  for (const auto* link :
       {"https://evil.example.com/beta?$skiptoken=abc", "http://graph.microsoft.com/beta", "nonsense"}) {
    const auto bad = page(link);
    ASSERT_TRUE(bad);
    EXPECT_THAT(kEntraIdPuller.request(bad->cursor, entra()).target,
                StartsWith("/beta/auditLogs/directoryAudits?"))
        << link;
  }
  auto old = entra();
  old.settings["version"] = "v1.0";
  EXPECT_THAT(kEntraIdPuller.request("", old).target, StartsWith("/v1.0/"));
}

std::string test_key(std::string_view name) {
  return *base::read_file(std::filesystem::path(COUNTERSIGN_TEST_DATA) / "rfc7515-a2" / name, 8192);
}

std::string service_account() {
  return json::serialize(json::object{{"type", "service_account"},
                                      {"client_email", "reader@example.iam.gserviceaccount.com"},
                                      {"private_key", test_key("private_key.pem")},
                                      {"token_uri", "https://oauth2.googleapis.com/token"}});
}

TEST(GoogleWorkspacePuller, AsksForATokenWithASignedAssertion) {
  const auto account = service_account();
  const auto with = context("https://admin.googleapis.com", account, {{"subject", "admin@example.com"}});
  const auto request = kGoogleWorkspacePuller.authorize(with);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "https://oauth2.googleapis.com/token");
  constexpr std::string_view kStart =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_THAT(request->form, StartsWith(std::string(kStart)));
  const auto assertion = request->form.substr(kStart.size());
  const auto last = assertion.rfind('.'), first = assertion.find('.');
  const auto signature = base::from_base64url(assertion.substr(last + 1));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::verify_sha256_signature(
      base::text_of(*base::from_hex(test_key("public_key.hex").substr(0, 588))), assertion.substr(0, last),
      base::text_of(*signature)));
  const auto claims = base::from_base64url(assertion.substr(first + 1, last - first - 1));
  EXPECT_EQ(base::text_of(*claims),
            R"({"iss":"reader@example.iam.gserviceaccount.com","sub":"admin@example.com",)"
            R"("scope":"https://www.googleapis.com/auth/admin.reports.audit.readonly",)"
            R"("aud":"https://oauth2.googleapis.com/token","iat":1769851800,"exp":1769855400})");
}

TEST(GoogleWorkspacePuller, SaysWhatIsWrongWithTheKeyFile) {
  for (const auto* file : {"", "{}", "[]", R"({"client_email":"a","token_uri":"https://x/"})"}) {
    const auto request = kGoogleWorkspacePuller.authorize(context("https://admin.googleapis.com", file));
    ASSERT_FALSE(request) << file;
    EXPECT_THAT(request.error().message, HasSubstr("service account's key file"));
  }
  const auto bad = kGoogleWorkspacePuller.authorize(
      context("https://admin.googleapis.com",
              R"({"client_email":"a","token_uri":"https://x/","private_key":"secret-words"})"));
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("not an RSA private key"));
  EXPECT_THAT(bad.error().message, ::testing::Not(HasSubstr("secret-words")));
}

TEST(GoogleWorkspacePuller, ReadsPagesAndListsWithoutActivities) {
  const auto with = context("https://admin.googleapis.com", "{}");
  const auto first = kGoogleWorkspacePuller.request("", with);
  EXPECT_EQ(
      first.target,
      "/admin/reports/v1/activity/users/all/applications/login?startTime=2026-01-24T09%3A30%3A00.000000Z&"
      "endTime=2026-01-31T09%3A30%3A00.000000Z&maxResults=1000");
  const auto one = kGoogleWorkspacePuller.read(
      answer(200, R"({"kind":"admin#reports#activities","items":[{},{}],"nextPageToken":"A:1"})"), "", with);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->payloads.size(), 2u);
  EXPECT_THAT(kGoogleWorkspacePuller.request(one->cursor, with).target, HasSubstr("&pageToken=A%3A1"));
  const auto two =
      kGoogleWorkspacePuller.read(answer(200, R"({"kind":"admin#reports#activities"})"), one->cursor, with);
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->payloads.empty());
  EXPECT_THAT(kGoogleWorkspacePuller.request(two->cursor, with).target, HasSubstr("/user_accounts?"));
}

class EveryPuller : public testing::TestWithParam<const Puller*> {};

TEST_P(EveryPuller, TellsFaultsWithoutRepeatingTheAnswer) {
  const auto& puller = *GetParam();
  const auto with = context("https://api.example.com", "key:secret-words");
  for (const int status : {400, 401, 403, 404, 429, 500, 302}) {
    const auto page = puller.read(answer(status, "secret-words", {{"Retry-After", "17"}}), "", with);
    ASSERT_FALSE(page) << status;
    EXPECT_THAT(page.error().reason, ::testing::Not(HasSubstr("secret-words")));
    EXPECT_FALSE(page.error().reason.empty());
  }
  for (const auto* body :
       {"", "<html>", "{}", "null", "7", R"({"response":7})", R"({"value":{}})", R"({"items":7})"}) {
    const auto page = puller.read(answer(200, body), "", with);
    ASSERT_FALSE(page) << body;
    EXPECT_THAT(page.error().reason, HasSubstr("not a list of events")) << body;
  }
}

INSTANTIATE_TEST_SUITE_P(Pullers, EveryPuller,
                         testing::Values(&kCiscoDuoPuller, &kEntraIdPuller, &kGoogleWorkspacePuller,
                                         &kOktaPuller),
                         [](const auto& one) { return std::string(one.param->adapter); });

TEST(Pullers, KnowTheirSettings) {
  EXPECT_EQ(find_puller("slack"), nullptr);
  const auto& puller = *find_puller("entra_id");
  EXPECT_TRUE(check_settings(puller, {{"directory_id", "d"}, {"client_id", "c"}, {"interval_s", "5"}}));
  const auto missing = check_settings(puller, {{"directory_id", "d"}});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("client_id"));
  const auto unknown = check_settings(*find_puller("okta"), {{"client_id", "c"}});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("interval_s, ca_file"));
}

TEST(RetryAfter, TakesSecondsOnly) {
  EXPECT_EQ(retry_after_s(answer(429, "", {{"Retry-After", "30"}}), 60), 30);
  EXPECT_EQ(retry_after_s(answer(429, "", {{"Retry-After", "999999"}}), 60), 3'600);
  for (const auto* text : {"", "soon", "3 ", "Sat, 31 Jan 2026 09:30:00 GMT"})
    EXPECT_EQ(retry_after_s(answer(429, "", {{"Retry-After", text}}), 60), 60) << text;
}

TEST(Query, EncodesAllButTheUnreserved) {
  EXPECT_EQ(http::encode_component("aZ09-._~ /?:@!$&'()*+,;=%\xC3\xA9"),
            "aZ09-._~%20%2F%3F%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%A9");
  EXPECT_EQ(http::encode_query({{"a", "1 2"}, {"b", ""}, {"c", "&"}}), "a=1%202&c=%26");
}

}  // namespace
}  // namespace countersign::pull
