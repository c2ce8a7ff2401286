#include "ledger/base/encoding.h"
#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"
#include "web/webauthn/verify.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using testing::accepted;
using testing::Authenticator;
using testing::ByteVector;
using testing::cbor_bytes;
using testing::cbor_head;
using testing::cbor_integer;
using testing::cbor_text;
using testing::join;
using testing::kChallenge;
using testing::refused;

base::Result<Credential> verify(std::string_view answer) {
  return verify_registration(testing::example_party(), kChallenge, answer);
}
base::Result<Credential> verify(const Authenticator& from) { return verify(from.answer_make(kChallenge)); }

/// A COSE_Key from its members.
ByteVector key_of(std::initializer_list<std::pair<std::int64_t, ByteVector>> members) {
  auto out = cbor_head(5, members.size());
  for (const auto& [label, value] : members) out = join({out, cbor_integer(label), value});
  return out;
}

TEST(CredentialData, PassesOverReservedFlags) {
  Authenticator from;
  from.flags |= 0x22U;
  EXPECT_TRUE(accepted(verify(from)));
}

TEST(CredentialData, TakesCredentialIdsOf1To1023Bytes) {
  for (const std::size_t size : {1U, 16U, 1023U}) {
    Authenticator from;
    from.id = ByteVector(size, 0x2c);
    EXPECT_TRUE(accepted(verify(from))) << size;
    from.format = "packed";
    EXPECT_TRUE(accepted(verify(from))) << size;
  }
  Authenticator from;
  from.id = ByteVector(1024, 0x2c);
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "1023"));
  // Also where it stands in the authenticator data only.
  Authenticator shorter;
  auto answer = shorter.registration(from.make(kChallenge));
  EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, "1023"));
  from.id.clear();
  answer = shorter.registration(from.make(kChallenge));
  EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, "empty"));
}

TEST(CredentialData, WantsOneCredentialIdThroughout) {
  const Authenticator from;
  Authenticator other;
  other.id.front() ^= 1U;
  EXPECT_TRUE(refused(verify(json::serialize(other.registration(from.make(kChallenge)))),
                      Code::invalid_argument, "different credentials"));
  auto answer = from.registration(from.make(kChallenge));
  answer["id"] = base::to_base64url(other.id);
  EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, "differ"));
}

TEST(CredentialData, WantsAttestedCredentialData) {
  Authenticator from;
  auto parts = from.make(kChallenge);
  parts.object = from.attestation_object(from.get(kChallenge).data, parts.client_data);
  EXPECT_TRUE(refused(verify(json::serialize(from.registration(parts))), Code::invalid_argument, "attested"));
}

TEST(CredentialData, TakesOnlyKeysThatWereAskedFor) {
  const ByteVector number(32, 1);
  Authenticator from;
  const auto x = cbor_bytes(base::Bytes(from.cose_key).subspan(10, 32));
  const auto y = cbor_bytes(base::Bytes(from.cose_key).subspan(45, 32));
  const auto with = [&](ByteVector key) {
    from.cose_key = std::move(key);
    return verify(from);
  };
  const auto two = cbor_integer(2), one = cbor_integer(1), es256 = cbor_integer(-7);
  EXPECT_TRUE(accepted(with(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-3, y}}))));
  EXPECT_TRUE(accepted(with(key_of({{-3, y}, {-2, x}, {-1, one}, {3, es256}, {1, two}}))));  // any order

  for (const auto algorithm : {-35, -36, -37, -38, -47, -65535, 0, 7}) {
    EXPECT_TRUE(refused(with(key_of({{1, two}, {3, cbor_integer(algorithm)}, {-1, one}, {-2, x}, {-3, y}})),
                        Code::invalid_argument, "algorithm that was not asked for"))
        << algorithm;
  }
  EXPECT_TRUE(refused(with(key_of({{1, two}, {-1, one}, {-2, x}, {-3, y}})), Code::invalid_argument,
                      "algorithm that was not asked for"));

  const auto not_its = [&](ByteVector key) {
    return refused(with(std::move(key)), Code::invalid_argument, "not the parameters of its algorithm");
  };
  EXPECT_TRUE(not_its(key_of({{1, one}, {3, es256}, {-1, one}, {-2, x}, {-3, y}})));  // type
  EXPECT_TRUE(not_its(key_of({{1, two}, {3, es256}, {-1, two}, {-2, x}, {-3, y}})));  // curve
  EXPECT_TRUE(not_its(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}})));
  EXPECT_TRUE(
      not_its(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-3, cbor_bytes(ByteVector(31, 1))}})));
  EXPECT_TRUE(
      not_its(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-4, y}})));  // the private key's label
  EXPECT_TRUE(not_its(key_of({{1, one}, {3, cbor_integer(-8)}, {-1, one}, {-2, x}})));  // not Ed25519
  EXPECT_TRUE(not_its(key_of({{1, one}, {3, cbor_integer(-8)}, {-1, cbor_integer(6)}, {-2, x}, {-3, y}})));

  const auto rsa = [&](const ByteVector& n, const ByteVector& e) {
    return key_of({{1, cbor_integer(3)}, {3, cbor_integer(-257)}, {-1, cbor_bytes(n)}, {-2, cbor_bytes(e)}});
  };
  ByteVector n(256, 0xff);
  EXPECT_TRUE(accepted(with(rsa(n, {1, 0, 1}))));
  EXPECT_TRUE(not_its(rsa(n, {3})));
  EXPECT_TRUE(not_its(rsa(n, {0, 0, 1})));
  EXPECT_TRUE(not_its(rsa(ByteVector(128, 0xff), {1, 0, 1})));
  EXPECT_TRUE(not_its(rsa(ByteVector(384, 0xff), {1, 0, 1})));
  n[0] = 0x7f;
  EXPECT_TRUE(not_its(rsa(n, {1, 0, 1})));  // 2047 bits

  const auto not_a_key = [&](ByteVector key) {
    return refused(with(std::move(key)), Code::invalid_argument, "not a COSE_Key");
  };
  const auto compressed = ByteVector{0xf5};
  EXPECT_TRUE(not_a_key(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-3, compressed}})));
  EXPECT_TRUE(not_a_key(key_of({{1, two}, {1, two}, {3, es256}, {-1, one}, {-2, x}})));
  EXPECT_TRUE(not_a_key(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-2, x}})));
  EXPECT_TRUE(not_a_key(key_of({{1, two}, {3, es256}, {-1, one}, {-2, x}, {-3, y}, {4, one}})));
  EXPECT_TRUE(not_a_key(cbor_bytes(number)));
  EXPECT_TRUE(not_a_key({}));
}

TEST(CredentialData, TakesNoPointOffItsCurve) {
  Authenticator from;
  from.cose_key.back() ^= 1U;
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "not one of its algorithm"));
}

TEST(CredentialData, ToleratesExtensions) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa}) {
    for (const std::string format : {"none", "packed"}) {
      Authenticator from(algorithm);
      from.format = format;
      for (const auto& [name, value] : std::initializer_list<std::pair<const char*, ByteVector>>{
               {"credProtect", {0x02}},
               {"credProtect", {0x03}},
               {"hmac-secret", {0xf5}},
               {"hmac-secret", {0xf4}},
               {"credBlob", {0xf5}},
               {"credBlob", {0xf4}},
               {"minPinLength", {0x06}},
               {"uvm", {0x81, 0x83, 0x01, 0x02, 0x03}},
               {"example.com/later", {0xa1, 0x61, 'a', 0xfb, 0, 0, 0, 0, 0, 0, 0, 0}}}) {
        from.extension_data = join({cbor_head(5, 1), cbor_text(name), value});
        EXPECT_TRUE(accepted(verify(from))) << format << ' ' << name;
      }
      from.extension_data = join({cbor_head(5, 3), cbor_text("x"), cbor_bytes({}), cbor_text("credProtect"),
                                  cbor_integer(2), cbor_text("minPinLength"), cbor_integer(4)});
      EXPECT_TRUE(accepted(verify(from))) << format;
    }
  }
}

TEST(CredentialData, WantsExtensionsToRead) {
  Authenticator from;
  for (const auto& data : std::initializer_list<ByteVector>{
           {0xa1},                                                // cut off
           {0xa1, 0x61},                                          // the same
           {0xa1, 0x61, 'x'},                                     // no value
           {0xa1, 0x01, 0x02},                                    // no name
           {0xa2, 0x61, 'x', 0x01, 0x61, 'x', 0x01},              // twice
           {0x80},                                                // no map
           {0xbf, 0xff},                                          // no length
           {0xa1, 0x61, 'x', 0x9f, 0xff},                         // the same, inside
           {0xa1, 0x61, 'x', 0x81, 0x81, 0x81, 0x81, 0x81, 0x00}  // too deep
       }) {
    from.extension_data = data;
    EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "extension data")) << base::to_hex(data);
  }
  from.extension_data = cbor_head(5, 17);
  for (char c = 'a'; c < 'a' + 17; ++c)
    from.extension_data = join({from.extension_data, cbor_text(std::string(1, c)), cbor_integer(0)});
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "extension data"));
  // libfido2 knows this one, and wants it to be a number.
  from.extension_data = join({cbor_head(5, 1), cbor_text("credProtect"), cbor_text("2")});
  from.format = "packed";
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "libfido2"));
}

TEST(CredentialData, KeepsTransportsSortedAndOnce) {
  Authenticator from;
  from.transports = {"usb", "nfc", "usb", "smart-card", "later2"};
  const auto got = verify(from);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(got->transports, (std::vector<std::string>{"later2", "nfc", "smart-card", "usb"}));
  auto answer = from.registration(from.make(kChallenge));
  answer["response"].as_object().erase("transports");
  const auto without = verify(json::serialize(answer));
  ASSERT_TRUE(accepted(without));
  EXPECT_TRUE(without->transports.empty());
}

TEST(CredentialData, TakesNoTransportsThatAreNone) {
  const Authenticator from;
  auto answer = from.registration(from.make(kChallenge));
  for (const json::value& wrong :
       {json::value("usb"), json::value(nullptr), json::value(json::array{1}), json::value(json::array{""}),
        json::value(json::array{"USB"}), json::value(json::array{"<b>"}),
        json::value(json::array{std::string(33, 'a')}), json::value(json::array(17, "usb"))}) {
    answer["response"].as_object()["transports"] = wrong;
    EXPECT_TRUE(refused(verify(json::serialize(answer)), Code::invalid_argument, "transports"));
  }
}

}  // namespace
}  // namespace countersign::webauthn
