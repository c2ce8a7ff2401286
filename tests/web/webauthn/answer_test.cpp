#include "ledger/base/encoding.h"
#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"
#include "web/webauthn/verify.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

// The form of answers, and of what the browser says in them.

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using testing::accepted;
using testing::Authenticator;
using testing::ByteVector;
using testing::kChallenge;
using testing::kHandle;
using testing::refused;

base::Result<Credential> make(std::string_view answer) {
  return verify_registration(testing::example_party(), kChallenge, answer);
}
base::Result<Used> get(const Authenticator& from, std::string_view answer) {
  return verify_authentication({testing::example_party(), kChallenge, from.credential(), kHandle}, answer);
}

TEST(Answer, IsAnObjectOfJsonOfAtMost16Kib) {
  const Authenticator from;
  auto answer = from.registration(from.make(kChallenge));
  for (const std::string_view wrong : {"", "null", "[]", "{", "{}x", "\"\"", "\xff"}) {
    EXPECT_TRUE(refused(make(wrong), Code::invalid_argument, "not an object of JSON")) << wrong;
    EXPECT_TRUE(refused(get(from, wrong), Code::invalid_argument, "not an object of JSON")) << wrong;
  }
  answer["padding"] = "";
  const auto size = json::serialize(answer).size();
  answer["padding"] = std::string(kAnswerBytesMax - size, 'x');
  EXPECT_TRUE(accepted(make(json::serialize(answer))));
  answer["padding"] = std::string(kAnswerBytesMax - size + 1, 'x');
  EXPECT_TRUE(refused(make(json::serialize(answer)), Code::invalid_argument, "longer than 16384"));
  EXPECT_TRUE(refused(make(std::string(1'000, '[')), Code::invalid_argument, "not an object of JSON"));
}

TEST(Answer, MayHoldWhatIsNotKnown) {
  const Authenticator from;
  auto answer = from.registration(from.make(kChallenge));
  answer["later"] = json::object{{"a", json::array{1, nullptr}}};
  answer["response"].as_object()["publicKeyAlgorithm"] = -257;  // not what decides
  answer["response"].as_object()["publicKey"] = nullptr;
  answer["response"].as_object()["authenticatorData"] = "AA";
  answer.erase("authenticatorAttachment");
  answer.erase("clientExtensionResults");
  EXPECT_TRUE(accepted(make(json::serialize(answer))));
}

TEST(Answer, HoldsNoMemberTwice) {
  const Authenticator from;
  auto text = from.answer_get(kChallenge);
  text.insert(1, R"("x":{"y":1,"y":1},)");
  EXPECT_TRUE(refused(get(from, text), Code::invalid_argument, "twice"));
  text = from.answer_make(kChallenge);
  text.insert(1, R"("type":"public-key",)");
  EXPECT_TRUE(refused(make(text), Code::invalid_argument, "twice"));
}

TEST(Answer, HoldsAllMembersThatAreNeeded) {
  const Authenticator from;
  for (const std::string name :
       {"id", "rawId", "type", "response", "response.clientDataJSON", "response.attestationObject",
        "response.authenticatorData", "response.signature"}) {
    const bool inner = name.starts_with("response.");
    const auto member = inner ? name.substr(9) : name;
    const auto refuses = [&](json::object answer, const auto& verify) {
      auto& object = inner ? answer["response"].as_object() : answer;
      if (!object.contains(member)) return;
      for (const json::value& wrong :
           {json::value(), json::value(1), json::value(json::array()), json::value("")}) {
        object[member] = wrong;
        EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, "")) << name;
      }
      object.erase(member);
      EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, member)) << name;
    };
    refuses(from.registration(from.make(kChallenge)), make);
    refuses(from.authentication(from.get(kChallenge)), [&](const auto& text) { return get(from, text); });
  }
}

TEST(Answer, IsOfAPublicKey) {
  const Authenticator from;
  auto answer = from.registration(from.make(kChallenge));
  answer["type"] = "password";
  EXPECT_TRUE(refused(make(json::serialize(answer)), Code::invalid_argument, "not of a public key"));
}

TEST(Answer, SpellsBytesInBase64UrlWithoutPadding) {
  Authenticator from;
  from.id = {0xfb, 0xef, 0xff, 0xfb};  // "++//+w==" in plain base64
  auto answer = from.registration(from.make(kChallenge));
  ASSERT_EQ(answer["id"], "--__-w");
  EXPECT_TRUE(accepted(make(json::serialize(answer))));
  for (const std::string wrong : {"--__-w==", "++//+w", "--__-x", "--__-", "--__ -w", "-"}) {
    answer["id"] = answer["rawId"] = wrong;
    EXPECT_TRUE(refused(make(json::serialize(answer)), Code::invalid_argument, "rawId is not base64url"))
        << wrong;
  }
}

TEST(Answer, HoldsACredentialIdOfAtMost1023Bytes) {
  Authenticator from;
  from.id = ByteVector(1023, 1);
  EXPECT_TRUE(accepted(read_claim(from.answer_get(kChallenge))));
  from.id.push_back(1);
  EXPECT_TRUE(refused(read_claim(from.answer_get(kChallenge)), Code::invalid_argument, "1023"));
}

TEST(Answer, MayHoldNullForNoHandle) {
  const Authenticator from;
  auto answer = from.authentication(from.get(kChallenge));
  auto& handle = answer["response"].as_object()["userHandle"];
  handle = nullptr;
  EXPECT_TRUE(accepted(get(from, json::serialize(answer))));
  for (const json::value& wrong : {json::value(""), json::value(1), json::value("a="),
                                   json::value(base::to_base64url(ByteVector(65, 1)))}) {
    handle = wrong;
    EXPECT_TRUE(refused(get(from, json::serialize(answer)), Code::invalid_argument, "userHandle"));
  }
}

TEST(ClientData, MayHoldWhatIsNotKnown) {
  Authenticator from;
  from.more_client_data = {
      {"other_keys_can_be_added_here", "do not compare clientDataJSON against a template"},
      {"tokenBinding", {{"status", "supported"}}}};
  EXPECT_TRUE(accepted(make(from.answer_make(kChallenge))));
  EXPECT_TRUE(accepted(get(from, from.answer_get(kChallenge))));
}

TEST(ClientData, HoldsAllMembersThatAreNeeded) {
  Authenticator from;
  for (const std::string name : {"type", "challenge", "origin"}) {
    from.more_client_data = {{name, nullptr}};
    EXPECT_TRUE(refused(make(from.answer_make(kChallenge)), Code::invalid_argument, name));
    EXPECT_TRUE(refused(get(from, from.answer_get(kChallenge)), Code::invalid_argument, name));
  }
  for (const json::value& wrong : {json::value(), json::value("false"), json::value(0)}) {
    from.more_client_data = {{"crossOrigin", wrong}};
    EXPECT_TRUE(refused(get(from, from.answer_get(kChallenge)), Code::invalid_argument, "crossOrigin"));
  }
  from.more_client_data = {{"topOrigin", nullptr}};
  EXPECT_TRUE(refused(get(from, from.answer_get(kChallenge)), Code::unauthenticated, "within another page"));
}

TEST(ClientData, IsJsonWithEachMemberOnce) {
  const Authenticator from;
  const auto with = [&](const std::string& client_data) {
    auto parts = from.get(kChallenge);
    parts.client_data = client_data;
    parts.signature = from.sign(parts.data, client_data);
    return get(from, json::serialize(from.authentication(parts)));
  };
  const auto good = from.get(kChallenge).client_data;
  EXPECT_TRUE(accepted(with(good)));
  EXPECT_TRUE(accepted(with(' ' + good)));  // signed as it stands, spaces and all
  auto twice = good;
  twice.insert(1, R"("origin":"https://example.org",)");
  for (const std::string& wrong :
       {twice, "\xef\xbb\xbf" + good, good + '\0', good + good, std::string("[]"), std::string("1")}) {
    EXPECT_TRUE(refused(with(wrong), Code::invalid_argument, "clientDataJSON")) << wrong;
  }
}

}  // namespace
}  // namespace countersign::webauthn
