#include "web/senders/webhook.h"

#include "collector/signatures/scheme.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the project Standard Webhooks tests its own library with.
boost::json::object published() {
  const auto text = base::read_file(COUNTERSIGN_TEST_DATA "/signatures/vectors.json", 1 << 20);
  return base::parse_json(text.value(), {}).value().value.get_object().at("standard_webhooks").as_object();
}

std::string text_of(const boost::json::object& from, std::string_view name) {
  return std::string(from.at(name).as_string());
}

TEST(Webhook, SignsAsStandardWebhooksPublishes) {
  const auto vector = published();
  const auto& headers = vector.at("headers").as_object();
  const auto keys = parse_webhook_keys(text_of(vector, "secret") + "\n").value();
  EXPECT_EQ(sign(keys, text_of(headers, "webhook-id"), text_of(headers, "webhook-timestamp"),
                 text_of(vector, "body")),
            text_of(headers, "webhook-signature"));
}

TEST(Webhook, SignsWithEachKeyWhileOneTakesOverFromAnother) {
  const auto one = parse_webhook_keys(kSecret).value();
  const auto both =
      parse_webhook_keys("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\r\n" + std::string(kSecret)).value();
  const auto signature = sign(both, "msg_1", "1", "{}");
  const auto space = signature.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(signature.substr(space + 1), sign(one, "msg_1", "1", "{}"));
  EXPECT_NE(signature.substr(0, space), signature.substr(space + 1));
}

TEST(Webhook, RefusesKeysThatAreNone) {
  for (const auto* text :
       {"", "\n\n", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nno key"}) {
    const auto keys = parse_webhook_keys(text);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().message.find("MfKQ"), std::string::npos) << "an error tells the secret";
  }
}

TEST(Webhook, SaysWhyNobodyWasReachedAndNotTheAddress) {
  WebhookOptions options;
  options.url = "http://127.0.0.1:1/a-secret-path";
  options.keys = std::make_shared<const std::vector<crypto::Secret>>(parse_webhook_keys(kSecret).value());
  const auto outcome = webhook(options)({"1.json", "msg_1", "{}", 0, 0, {}, {}}, [] { return false; });
  EXPECT_EQ(outcome.kind, notify::Outcome::Kind::failed);
  EXPECT_NE(outcome.why.find("127.0.0.1 port 1"), std::string::npos) << outcome.why;
  EXPECT_EQ(outcome.why.find("secret"), std::string::npos) << outcome.why;
}

TEST(Webhook, GivesUpAtOnceWhereTheDaemonStops) {
  WebhookOptions options;
  options.url = "http://127.0.0.1:1/";
  options.keys = std::make_shared<const std::vector<crypto::Secret>>(parse_webhook_keys(kSecret).value());
  const auto outcome = webhook(options)({"1.json", "msg_1", "{}", 0, 0, {}, {}}, [] { return true; });
  EXPECT_EQ(outcome.kind, notify::Outcome::Kind::stopped);
}

}  // namespace
}  // namespace countersign::senders
