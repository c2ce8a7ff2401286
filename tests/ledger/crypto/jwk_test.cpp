#include "ledger/crypto/jwk.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace countersign::crypto {
namespace {

namespace json = boost::json;

using testing::hex_at;
using testing::read_vectors;
using testing::text_at;

json::object object_of(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size())).as_object();
}

base::Result<Jwk> key_of(std::string_view text) { return Jwk::parse(object_of(text)); }

std::vector<std::uint8_t> bytes_of(std::string_view base64url) {
  return base::from_base64url(base64url).value();
}

/// Whether the key checks the three parts of a compact JWS.
bool verifies(const Jwk& key, JwsAlgorithm algorithm, std::string_view jws) {
  const auto dot = jws.rfind('.');
  return key.verify(algorithm, jws.substr(0, dot), bytes_of(jws.substr(dot + 1)));
}

constexpr std::array kAll = {
    JwsAlgorithm::rs256, JwsAlgorithm::rs384, JwsAlgorithm::rs512, JwsAlgorithm::ps256, JwsAlgorithm::ps384,
    JwsAlgorithm::ps512, JwsAlgorithm::es256, JwsAlgorithm::es384, JwsAlgorithm::es512, JwsAlgorithm::eddsa};

constexpr auto kRfc7515A2Key =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr auto kRfc7515A3Key =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr auto kRfc7515A3 =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr auto kRfc8037Key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr auto kRfc8037A4 =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
    "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// RFC 7520 sections 3.1, 3.3 and 4.1 to 4.3.
constexpr auto kRfc7520RsaKey =
    R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})";
constexpr auto kRfc7520EcKey =
    R"({"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"})";
constexpr auto kRfc7520Payload =
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9h"
    "ZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3"
    "ZXB0IG9mZiB0by4";

/// Of keys made for this test: 2048 bits, and one for each curve. The message is "message".
constexpr auto kOwnRsaKey =
    R"({"kty":"RSA","e":"AQAB","n":"kr4wA0TR9ZpyUB9s7ULY71lrURHSumRbaVz8qce8PjPbv65-r8UiNg_ijSJ6Yg2gh1hF5KNSL9ZUBSs6UF4TBlDSjYmG3RT6_FypSSboWmfdl7lVvcmn-gnGyLGTVqW82Ss0N1DQL74C1DVVi7gXyRp-ohbOWRF08Y3H8_FWEda0Slh4RglvxpOqq9dctOtWTZz4eU2-8_N5mqvhjG5EDit1bYj-HaDUXxotdAoImNFNLtlQbVxqKPHRCrQeJ49kjEeSmpDKV1-R1nN0CcqYYaIZOb7pL2HvdLh-7kDW_0hrKyCa_VdptuDz4EGau-jW39S8iHrBbD8T844_RHEPZw"})";
constexpr std::array<std::pair<JwsAlgorithm, const char*>, 6> kOwnRsaSignatures = {{
    {JwsAlgorithm::rs256,
     "Z0PKG6ppiSrP2PNZ_djyP9GIkhUIXs1dh1XPUCkW_1wPmRXAnI5-SC1Z-G39h8pJNjqYLuwWscIUPPIbZM04ggSBnDmdtG_"
     "63gQtZeMtvgcrSB6IoikAlt-LESUhW7i7agzOISxPb9katWJ7-_"
     "hjTQasj0BAq4tk5iGcsvEUdCVK6nk6h6msi31futdT4abU7Kk2j1TkuWNAMoLHd8h8mUFzFBQFyTRNNB9UJVpaOI6qOOqaB5TyxkDsi"
     "TEjpGIz3yYWtgu_5vHm-_By_4sEhp3Y9a-ADG9FjhwjFzLCgxazR8RBficwWUUbHZkUFHm6GlOBL7sb4LpQpP8dLq3jKA"},
    {JwsAlgorithm::rs384,
     "KfPCx4QAt9BUPICJN2K2RX6FA-P0aOjTJ3wPeOdhYowNwhnbGSOMCZDM92cuBFJ6fVKZ8k2AtCRHxoUjGz8WbFtttPjjThNAV1Zr_"
     "5XjTyDpCiOlmUO3h1_aQNy9O6i2RNpulxGjQqG6EZLZ-9QXXZKYLXqsRhg3-NmP35p5R_S9aM4_Ye-"
     "cgjNMpFt6xPiR2I0C7pbfLo6AB9OqpBEMP4EQbn8_KfPhnqD4ot8y0bzhvrk8xDUhogTHkMmXPp1kEVTjEHxgRKuHAcAZ-P_AgD-"
     "vLT2dP7fmmZedF-3CJccA42EGfz4a4qBvEDZy0GFDOco4Hccp21csORU-LfbHPw"},
    {JwsAlgorithm::rs512,
     "CfpMVt_f7EuZVZItTlrpjMfzsgJhGiOC4EAnLQwtUzMzOe5AvfF2NG-y9S_8z_FidtPucDdnEn_rBK1rCZcFF1Q147xPxVbfdc_Y-"
     "gvS2bTUXnfv4kheWJCnD9v17i4RbCyJPkKBZMer90VhJUrGcd7Xb9mgt3u7146dHI_"
     "Cs6YsfDlF6zIMvNsuqYTC2R4V4gUxNvi5rIqO8Mc14k2f-HZYvLcgqkLqMjgiS0xBLQz64CpGyd7__"
     "dYM7GjRsrxgXvk1Uu1V4a0TJx1ERes9xdpTQghrkQZ4fi71Y5jhumR5r_Y38MgEK8aLNy-UcOuXkx7A8uW58G8cAaNIL0i3Sw"},
    {JwsAlgorithm::ps256,
     "aGUuEW5cU5yA1ByJFwmT3sCbt7YekDHCFMC7AX3ziNmtqM_xsECnXv5lT9DHdxljufvP_D7XfXqyceMp-Cdiaukvy9tAOm-"
     "2e0Q5Irb5hw4FyoWilUAi9dH1KPlYDNVrb70wwQvtd_H9F8gA_"
     "vDwY81VVhBIGd7TYL7HdScMiu1sEbD8SGmn2m3XWnLDLKjpqRoPSaIm9Knew8Mc7Qpj8CSe5qmpPR1tSnhFq7GUtruIU9LJajiG6zWB"
     "7N0R6sCqpm04Nfj7YrO-SpkUzqmMxfzQ7LyboxdHVzfj2dCRorZYpDJI6zx5Cf3xzuTN03YKKyin4m4HjyOLWPR7_01JHQ"},
    {JwsAlgorithm::ps384,
     "BZkGMtjsj1xeuAB6TS-cZdHzjxKUyGScUD1s-4N8wP_"
     "liH9q8R826w8njqEHNkZNtvl2CSJTtrizuQlTqs407eXedPcaTKnxror9jx7l1z3NVJLa-aZbc2eps7re_gWwIpoZiAe_C0pxwnA-"
     "D2U6ZIj9_FuqXv63w834q2kd7hu5SF82SIUb7jFGSk_kzWG_AbXSH9zIaExx5TWRrMvdo_W9XvGdv2OL3Xju-kRcTRotIHCWpWzG_"
     "Y7R5NrgwfbcgISwKp-4jP10Qi3mt6AlgIGKRHcF-QNLP82p4sykIkC2JEiiVDoZo689u1mQtx6lB8XpIL78M7oyATOxR23qUA"},
    {JwsAlgorithm::ps512,
     "QpV5U7gQ_J7OHiavD6cOUJneNFEwHEBLT6nzNRk-"
     "MRbiUDyrEcXL6RhWk0K3ruAwj7pJlNJ8xMAC22kinRcBftbjfbxaGIcePJk5YRN84oTvqdc6PgrBwcdbeyu3Cpeo5SkbhSTAQWvUF_"
     "kmsYzvO75nEgOdgHDB9MHZB3TWk4QjRy0iypd9dLJAJBRdYCglUzayeogz1aulPRSb9KMKaW5msemqTeidBNmkhLaoRjRZe7L1rAJQ1"
     "X0EuEZ0M-m8wyoT2avJjlGbQP8Lk2ODOnQ8rwcOZieu-RiD57lstfUgStx-Mfd9ATo-Z8NZBAjvk5qew2l1rUXF1uqtYBSxiQ"},
}};
constexpr auto kOwnPs256WithAnotherSalt =
    "C2Hbl1nPUQbope_ouShJu2hxje7Tous_HWEeaZbH-W2QTo4oz-Rp_"
    "TUKmFf8KDsFYyMViJFBUlLKtan9zGNwuTIJ35dAuTtooBEUQfAwsn4oUm9h2ToCqqha4G1IuQzAROjYbZt6E7rv0JXO65yFIZz4x06dQ"
    "yht39OGXXfjGuf8JrekVuC4Gd5N_8z6kg5A0wFqjAEWAqgUMQPjJL2ImOlqv3iW15cWUltxlkvkCqAtPm3-"
    "g92WPNHEpm9UHzxNHGABun6OKyzq4ITIyVaba3CbIcI7mgNDbMhGp3uxKgCR1K33XDtJUifcFifYXmukSe2DOVr6ChYH_B47et80pQ";
constexpr auto kOwnP384Key =
    R"({"kty":"EC","crv":"P-384","x":"dNkhHJxRsMh6fOvSUKzIWM_oR-wxXS5YOXzgc-9tLZO7mqMgvygeQ9VTCH1W_xo2","y":"Ed1_6IPi_Yek42BO9RE7ZW0jChW4E_pjL8G7tqWgyRGqULZ4aEmfB_E6oVQxUvmN"})";
constexpr auto kOwnEs384 =
    "GhLBmwQaXwsOuX3IENDMJI3P3UdtBKqRWQe6XR4aHz_ZA5ilcDIlo6UuEDHxkxTbAa-"
    "AB54P78cv3z5CuP4qaFl3izlbcsyYtPO26Fn7b_n-JiUaDRX1IXhg-MBO5cFJ";

TEST(Jwk, VerifiesRs256OfRfc7515AppendixA2) {
  auto jws = testing::read_data("rfc7515-a2/signature.txt");
  jws.pop_back();
  const auto key = key_of(kRfc7515A2Key).value();
  EXPECT_TRUE(verifies(key, JwsAlgorithm::rs256, jws));
  jws[30] = jws[30] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(verifies(key, JwsAlgorithm::rs256, jws));
}

TEST(Jwk, VerifiesEs256OfRfc7515AppendixA3) {
  const auto key = key_of(kRfc7515A3Key).value();
  EXPECT_TRUE(verifies(key, JwsAlgorithm::es256, kRfc7515A3));
  EXPECT_FALSE(verifies(key, JwsAlgorithm::es256, std::string("x") + kRfc7515A3));
}

TEST(Jwk, VerifiesEddsaOfRfc8037AppendixA4) {
  const auto key = key_of(kRfc8037Key).value();
  EXPECT_TRUE(verifies(key, JwsAlgorithm::eddsa, kRfc8037A4));
  EXPECT_FALSE(verifies(key, JwsAlgorithm::eddsa, std::string("x") + kRfc8037A4));
}

TEST(Jwk, VerifiesTheExamplesOfRfc7520) {
  const std::string payload = std::string(".") + kRfc7520Payload + ".";
  const auto rsa = key_of(kRfc7520RsaKey).value(), ec = key_of(kRfc7520EcKey).value();
  EXPECT_EQ(rsa.kid(), "bilbo.baggins@hobbiton.example");
  EXPECT_TRUE(verifies(rsa, JwsAlgorithm::rs256,
                       "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" + payload +
                           "MRjdkly7_-"
                           "oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xug"
                           "lII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
                           "qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_"
                           "de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_"
                           "fcIe8u9ipH84ogoree7vjbU5y18kDquDg"));
  EXPECT_TRUE(verifies(rsa, JwsAlgorithm::ps384,
                       "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" + payload +
                           "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-"
                           "tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-"
                           "UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_"
                           "ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_"
                           "jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"));
  EXPECT_TRUE(verifies(
      ec, JwsAlgorithm::es512,
      "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" + payload +
          "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_"
          "u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"));
}

TEST(Jwk, VerifiesWithThePaddingAndTheHashOfTheAlgorithmOnly) {
  const auto key = key_of(kOwnRsaKey).value();
  for (const auto& [made, signature] : kOwnRsaSignatures)
    for (const auto asked : kAll)
      EXPECT_EQ(key.verify(asked, "message", bytes_of(signature)), asked == made)
          << to_string(made) << " asked as " << to_string(asked);
  EXPECT_FALSE(key.verify(JwsAlgorithm::ps256, "message", bytes_of(kOwnPs256WithAnotherSalt)));
}

TEST(Jwk, VerifiesEs384) {
  const auto key = key_of(kOwnP384Key).value();
  for (const auto asked : kAll)
    EXPECT_EQ(key.verify(asked, "message", bytes_of(kOwnEs384)), asked == JwsAlgorithm::es384);
  EXPECT_FALSE(key.verify(JwsAlgorithm::es384, "Message", bytes_of(kOwnEs384)));
}

TEST(Jwk, AnswersEveryCaseOfWycheproofForEd25519) {
  const auto vectors = read_vectors("wycheproof/ed25519_test.json");
  int ran = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto key = Jwk::parse(group.at("publicKeyJwk").as_object());
    ASSERT_TRUE(key) << key.error().message;
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = hex_at(one, "msg");
      EXPECT_EQ(key->verify(JwsAlgorithm::eddsa, base::text_of(message), hex_at(one, "sig")),
                text_at(one, "result") == "valid")
          << one.at("tcId") << " " << one.at("comment");
      ++ran;
    }
  }
  EXPECT_EQ(ran, 151);
}

TEST(Jwk, AnswersEveryCaseOfWycheproofForRs256) {
  for (const auto* file :
       {"wycheproof/rsa_signature_2048_sha256_test.json", "wycheproof/rsa_signature_3072_sha256_test.json"}) {
    const auto vectors = read_vectors(file);
    int ran = 0;
    for (const auto& group : vectors.at("testGroups").as_array()) {
      const auto n = hex_at(group.at("publicKey"), "modulus");
      const auto e = hex_at(group.at("publicKey"), "publicExponent");
      const auto key =
          Jwk::parse({{"kty", "RSA"}, {"n", base::to_base64url(n)}, {"e", base::to_base64url(e)}});
      ASSERT_TRUE(key) << key.error().message;
      for (const auto& one : group.at("tests").as_array()) {
        const auto message = hex_at(one, "msg");
        // "acceptable" is the hash's identifier without its NULL, which is no PKCS #1 v1.5 signature.
        EXPECT_EQ(key->verify(JwsAlgorithm::rs256, base::text_of(message), hex_at(one, "sig")),
                  text_at(one, "result") == "valid")
            << file << " " << one.at("tcId") << " " << one.at("comment");
        ++ran;
      }
    }
    EXPECT_EQ(ran, 259);
  }
}

/// r and s side by side, from DER of two short positive integers; empty for anything else.
std::vector<std::uint8_t> side_by_side(base::Bytes der) {
  std::vector<std::uint8_t> out;
  if (der.size() < 2 || der[0] != 0x30 || der[1] != der.size() - 2) return {};
  for (der = der.subspan(2); !der.empty();) {
    if (der.size() < 3 || der[0] != 2 || der[1] == 0 || der[1] > der.size() - 2) return {};
    auto number = der.subspan(2, der[1]);
    der = der.subspan(2 + number.size());
    if (number[0] >= 0x80 || (number.size() > 1 && number[0] == 0 && number[1] < 0x80)) return {};
    if (number[0] == 0) number = number.subspan(1);
    if (number.size() > 32) return {};
    out.resize(out.size() + 32 - number.size());
    out.insert(out.end(), number.begin(), number.end());
  }
  return out.size() == 64 ? out : std::vector<std::uint8_t>();
}

TEST(Jwk, AnswersWycheproofForEs256SideBySideAndRefusesItsDer) {
  const auto vectors = read_vectors("wycheproof/ecdsa_secp256r1_sha256_test.json");
  int valid = 0, invalid = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto point = hex_at(group.at("publicKey"), "uncompressed");
    ASSERT_EQ(point.size(), 65U);
    const auto half = [&](std::size_t from) {
      return base::to_base64url(base::Bytes(point).subspan(from, 32));
    };
    const auto key = Jwk::parse({{"kty", "EC"}, {"crv", "P-256"}, {"x", half(1)}, {"y", half(33)}});
    ASSERT_TRUE(key) << key.error().message;
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = hex_at(one, "msg"), der = hex_at(one, "sig");
      const bool good = text_at(one, "result") == "valid";
      const auto plain = side_by_side(der);
      ASSERT_NE(der.size(), 64U);
      EXPECT_FALSE(key->verify(JwsAlgorithm::es256, base::text_of(message), der));
      ASSERT_TRUE(!good || !plain.empty()) << one.at("tcId");
      if (plain.empty()) continue;
      EXPECT_EQ(key->verify(JwsAlgorithm::es256, base::text_of(message), plain), good) << one.at("tcId");
      ++(good ? valid : invalid);
    }
  }
  EXPECT_GT(valid, 150);
  EXPECT_GT(invalid, 20);
}

TEST(Jwk, RefusesASignatureOfAnotherLength) {
  const auto rsa = key_of(kOwnRsaKey).value(), ec = key_of(kOwnP384Key).value();
  for (const auto& [key, algorithm, text] :
       {std::tuple{rsa, JwsAlgorithm::rs256, kOwnRsaSignatures[0].second},
        std::tuple{ec, JwsAlgorithm::es384, kOwnEs384}}) {
    const auto whole = bytes_of(text);
    ASSERT_TRUE(key.verify(algorithm, "message", whole));
    auto shorter = whole, longer = whole, padded = whole;
    shorter.pop_back();
    longer.push_back(0);
    padded.insert(padded.begin(), 0);
    // With a zero before each half, too: the same two numbers, spelt otherwise.
    auto halves = padded;
    halves.insert(halves.begin() + static_cast<std::ptrdiff_t>(1 + whole.size() / 2), 0);
    for (const auto& wrong : {shorter, longer, padded, halves, std::vector<std::uint8_t>()})
      EXPECT_FALSE(key.verify(algorithm, "message", wrong)) << wrong.size();
  }
}

TEST(Jwk, RefusesWhatIsNoPublicKeyForSignatures) {
  constexpr auto k1024 =
      "w1q-o4TJQHy4fJhmmU8dpasj9QC05AUwkoPjr0PFajg8QdRDSjSC5bsPwfeukXXC00Tcn2R5bWDalePmPK31aoOk-HFJDsiiD9r_"
      "Zwihn4sIB6hVVxHUB1nkAF3lG0MtRDYglFm9x8HEe0Oo-hSwHaWy2CXJCD1hpfxlEJqd2XU";
  auto with = [](std::string_view key, json::string_view name, json::value value) {
    auto changed = object_of(key);
    changed[name] = std::move(value);
    return changed;
  };
  auto without = [](std::string_view key, json::string_view name) {
    auto changed = object_of(key);
    changed.erase(name);
    return changed;
  };
  const json::object cases[] = {
      {},
      {{"kty", "oct"}, {"k", "c2VjcmV0"}},
      {{"kty", "oct"}},
      with(kOwnRsaKey, "kty", "rsa"),
      with(kOwnRsaKey, "n", k1024),
      with(kOwnRsaKey, "n", json::string(1400, '_')),
      with(kOwnRsaKey, "n", json::string(4000, '_')),
      with(kOwnRsaKey, "n", 7),
      with(kOwnRsaKey, "n", "a b"),
      with(kOwnRsaKey, "e", "AQ"),
      with(kOwnRsaKey, "e", "Ag"),
      with(kOwnRsaKey, "e", "AA"),
      with(kOwnRsaKey, "d", "AQAB"),
      with(kOwnRsaKey, "kid", 7),
      with(kOwnRsaKey, "kid", json::string(257, 'k')),
      with(kOwnRsaKey, "key_ops", "verify"),
      without(kOwnRsaKey, "n"),
      without(kOwnRsaKey, "e"),
      with(kRfc7515A3Key, "crv", "P-384"),
      with(kRfc7515A3Key, "crv", "secp256k1"),
      with(kRfc7515A3Key, "y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1"),
      with(kRfc7515A3Key, "y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aw"),
      with(kRfc7515A3Key, "x", "AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF"),
      with(kRfc7515A3Key, "d", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"),
      without(kRfc7515A3Key, "y"),
      // The right bytes, but for where the one coordinate ends and the other begins.
      {{"kty", "EC"},
       {"crv", "P-256"},
       {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVA"},
       {"y", "RcfxRM0bvZt-hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt"}},
      with(kRfc8037Key, "crv", "Ed448"),
      with(kRfc8037Key, "crv", "X25519"),
      with(kRfc8037Key, "x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"),
  };
  for (const auto& one : cases) {
    const auto key = Jwk::parse(one);
    ASSERT_FALSE(key) << one;
    EXPECT_EQ(key.error().code, base::Code::invalid_argument);
  }
}

TEST(Jwk, RespectsWhatTheKeyIsFor) {
  struct Case {
    const char* members;
    bool rs256, ps256;
  };
  for (const auto& [members, rs256, ps256] :
       {Case{R"({"use":"sig"})", true, true}, Case{R"({"use":"enc"})", false, false},
        Case{R"({"use":""})", false, false}, Case{R"({"key_ops":["verify"]})", true, true},
        Case{R"({"key_ops":["encrypt","wrapKey"]})", false, false}, Case{R"({"key_ops":[]})", false, false},
        Case{R"({"alg":"RS256"})", true, false}, Case{R"({"alg":"PS256"})", false, true},
        Case{R"({"alg":"RSA-OAEP"})", false, false}, Case{R"({"alg":"HS256"})", false, false},
        Case{R"({"alg":"RS256","use":"enc"})", false, false}}) {
    auto object = object_of(kOwnRsaKey);
    for (const auto& [name, value] : object_of(members)) object[name] = value;
    const auto key = Jwk::parse(object).value();
    EXPECT_EQ(key.fits(JwsAlgorithm::rs256), rs256) << members;
    EXPECT_EQ(key.fits(JwsAlgorithm::ps256), ps256) << members;
    EXPECT_EQ(key.verify(JwsAlgorithm::rs256, "message", bytes_of(kOwnRsaSignatures[0].second)), rs256);
  }
}

TEST(Jwk, KnowsNeitherNoneNorSharedSecrets) {
  for (const auto* name : {"", "none", "NONE", "HS256", "HS384", "HS512", "rs256", "RS1", "ES256K", "Ed448"})
    EXPECT_FALSE(jws_algorithm(name)) << name;
  for (const auto algorithm : kAll) EXPECT_EQ(jws_algorithm(to_string(algorithm)), algorithm);
}

}  // namespace
}  // namespace countersign::crypto
