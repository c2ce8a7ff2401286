// Sources that prove themselves by client certificates: in the registry's file, and at a request.

#include "collector/ingest/certificates.h"

#include "collector/ingest/admission.h"
#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/metrics.h"
#include "ledger/crypto/digest.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::ingest {
namespace {

using base::Code;
using base::SourceName;

const base::Digest kOne = crypto::sha256("one"), kTwo = crypto::sha256("two"),
                   kThree = crypto::sha256("three");

base::Clock clock_at(std::int64_t micros) {
  return [micros] { return base::Timestamp{micros}; };
}

class Certificates : public ::testing::Test {
 protected:
  Certificates() : path_(dir_ / "registry.json") {
    EXPECT_TRUE(add_tenant(path_, base::TenantId("acme"), base::RegionId("eu"), {}, clock_at(1)));
  }
  /// What its sender is given.
  base::Result<std::string> add(const char* name, std::vector<base::Digest> certificates,
                                const char* scheme = "") {
    NewSource source;
    source.name = SourceName(name);
    source.certificates = std::move(certificates);
    source.scheme = scheme;
    return add_source(path_, source, key_, clock_at(1), crypto::system_entropy());
  }
  Registry load() {
    auto registry = Registry::load(path_);
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? *registry : Registry();
  }
  std::string holder(const base::Digest& certificate) {
    const auto registry = load();
    const auto* found = registry.source_of_certificate(certificate);
    return found == nullptr ? "" : found->name.value();
  }

  testing::TempDir dir_;
  std::filesystem::path path_;
  const crypto::Secret key_ = crypto::Secret(std::vector<std::uint8_t>(32, 7));
};

TEST_F(Certificates, TakeThePlaceOfAToken) {
  const auto shown = add("app", {kOne});
  ASSERT_TRUE(shown);
  EXPECT_EQ(*shown, "");
  const auto registry = load();
  const auto* source = registry.source_by_name(SourceName("app"));
  ASSERT_NE(source, nullptr);
  EXPECT_FALSE(source->token_sha256);
  EXPECT_EQ(source->proof_name(), "certificate");
  EXPECT_EQ(holder(kOne), "app");
  EXPECT_EQ(holder(kTwo), "");
  EXPECT_EQ(registry.to_text(), *base::read_file(path_, 100'000))
      << "what is read is written in the same way";
}

TEST_F(Certificates, StandBesideATokenWhereOneIsAddedLater) {
  const auto token = add("app", {});
  ASSERT_TRUE(token);
  ASSERT_TRUE(add_certificate(path_, SourceName("app"), kOne));
  const auto registry = load();
  EXPECT_EQ(registry.holder_of_token(*token).source, registry.source_of_certificate(kOne));
  EXPECT_EQ(registry.sources().front().proof_name(), "token, certificate");
  EXPECT_TRUE(remove_certificate(path_, SourceName("app"), kOne)) << "the token is left";
  EXPECT_EQ(holder(kOne), "");
}

TEST_F(Certificates, AreRotatedWithoutATimeInWhichNoneIsGood) {
  ASSERT_TRUE(add("app", {kOne}));
  EXPECT_EQ(remove_certificate(path_, SourceName("app"), kOne).error().code, Code::failed_precondition);
  ASSERT_TRUE(add_certificate(path_, SourceName("app"), kTwo));
  EXPECT_EQ(holder(kOne), "app");
  EXPECT_EQ(holder(kTwo), "app");
  ASSERT_TRUE(remove_certificate(path_, SourceName("app"), kOne));
  EXPECT_EQ(holder(kOne), "");
  EXPECT_EQ(holder(kTwo), "app");
  EXPECT_EQ(remove_certificate(path_, SourceName("app"), kOne).error().code, Code::not_found);
  ASSERT_TRUE(add_certificate(path_, SourceName("app"), kOne));
  for (const auto* more : {"3", "4"})
    ASSERT_TRUE(add_certificate(path_, SourceName("app"), crypto::sha256(more)));
  EXPECT_EQ(add_certificate(path_, SourceName("app"), kThree).error().code, Code::resource_exhausted);
  EXPECT_EQ(add_certificate(path_, SourceName("none"), kThree).error().code, Code::not_found);
}

TEST_F(Certificates, AreOfOneSourceAlone) {
  ASSERT_TRUE(add("app", {kOne}));
  ASSERT_TRUE(add("other", {kTwo}));
  EXPECT_EQ(add("third", {kOne}).error().code, Code::already_exists);
  EXPECT_EQ(add("third", {kThree, kThree}).error().code, Code::already_exists);
  EXPECT_EQ(add_certificate(path_, SourceName("other"), kOne).error().code, Code::already_exists);
  EXPECT_EQ(add_certificate(path_, SourceName("app"), kOne).error().code, Code::already_exists);
}

TEST_F(Certificates, AreWorthlessOnceTheSourceIsRevoked) {
  ASSERT_TRUE(add("app", {kOne}));
  ASSERT_TRUE(revoke_source(path_, SourceName("app"), clock_at(2)));
  EXPECT_EQ(holder(kOne), "");
  EXPECT_EQ(add("again", {kOne}).error().code, Code::already_exists) << "its key may be what was lost";
  EXPECT_EQ(add_certificate(path_, SourceName("app"), kTwo).error().code, Code::failed_precondition);
  EXPECT_EQ(remove_certificate(path_, SourceName("app"), kOne).error().code, Code::failed_precondition);
}

TEST_F(Certificates, TakeThePlaceOfNoSignature) {
  EXPECT_EQ(add("app", {kOne}, "standard_webhooks").error().code, Code::failed_precondition);
  ASSERT_TRUE(add("hook", {}, "standard_webhooks"));
  EXPECT_EQ(add_certificate(path_, SourceName("hook"), kOne).error().code, Code::failed_precondition);
  ASSERT_TRUE(add("plain", {kOne}));
  EXPECT_EQ(set_secrets(path_, SourceName("plain"), {"s"}, key_, crypto::system_entropy()).error().code,
            Code::failed_precondition);
}

TEST_F(Certificates, AreReadOnlyAsTheyMustBe) {
  const auto hex = base::to_hex(kOne.view());
  const auto parse = [](const std::string& members, const std::string& more = "") {
    return Registry::parse(
               R"({"v":1,"tenants":[],"sources":[{"name":"app","adapter":"countersign","tenants":[],)"
               R"("created":"2026-01-01T00:00:00.000000Z",)" +
               members + "}" + more + "]}")
        .has_value();
  };
  const auto array = [](const std::string& inside) { return "\"certificates\":[" + inside + "]"; };
  const auto one = array('"' + hex + '"');
  EXPECT_TRUE(parse(one));
  EXPECT_TRUE(parse(one + ",\"token_sha256\":\"" + hex + '"'));
  EXPECT_FALSE(parse(one + R"(,"scheme":"standard_webhooks","secrets":[])"));
  EXPECT_FALSE(parse(one + R"(,"pull_url":"https://a","pull_settings":{},"secrets":[])"));
  for (const auto* wrong : {"", "7", "\"abc\""}) EXPECT_FALSE(parse(array(wrong))) << wrong;
  EXPECT_FALSE(parse(array('"' + hex + "\",\"" + hex + '"'))) << "twice";
  EXPECT_FALSE(parse("\"certificates\":\"" + hex + '"'));
  EXPECT_FALSE(parse(one, R"(,{"name":"b","adapter":"countersign","tenants":[],"created":)"
                          R"("2026-01-01T00:00:00.000000Z",)" +
                              one + "}"))
      << "of two sources";
}

TEST(Fingerprint, IsReadAsOpensslPrintsIt) {
  const auto hex = base::to_hex(kOne.view());
  std::string printed;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i > 0 && i % 2 == 0) printed += ':';
    printed += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[i])));
  }
  EXPECT_EQ(parse_fingerprint(hex).value(), kOne);
  EXPECT_EQ(parse_fingerprint(printed).value(), kOne);
  for (const auto& wrong : {std::string(), hex.substr(2), hex + "00", "g" + hex.substr(1)})
    EXPECT_FALSE(parse_fingerprint(wrong)) << wrong;
}

/// A clock, and sources of each kind: `app` and `next` have certificates, `both` a token, too.
class CertificateAdmission : public ::testing::Test {
 protected:
  CertificateAdmission() {
    const auto put = [&](const char* name, std::optional<base::Digest> token,
                         std::vector<base::Digest> certificates,
                         std::optional<base::Timestamp> revoked = {}) {
      Source source;
      source.name = SourceName(name);
      source.adapter = kNativeAdapter;
      source.token_sha256 = token;
      source.certificates = std::move(certificates);
      source.revoked = revoked;
      registry_->put(std::move(source));
    };
    put("app", {}, {kOne});
    put("both", crypto::sha256("cst_both"), {kTwo});
    put("token", crypto::sha256("cst_token"), {});
    put("gone", {}, {kThree}, base::Timestamp{1});
  }
  static ShownCertificate shown(const base::Digest& sha256) { return {sha256, {100}, {200}}; }
  /// The source and its proof, or the reason that was counted.
  std::string ask(const Credentials& credentials) {
    const auto found = admission_.by_credentials(registry_, credentials);
    return answer(found);
  }
  std::string ask_at(const char* source, const std::string& token, const base::Digest& certificate) {
    signatures::SignedRequest request;
    request.header = [&token](std::string_view name) {
      return name == "Authorization" ? std::string_view(token) : std::string_view();
    };
    return answer(admission_.by_scheme(registry_, source, request, shown(certificate)));
  }
  std::string answer(const tl::expected<Admitted, base::Problem>& found) {
    if (!found) {
      EXPECT_EQ(found.error().status, 401);
      return found.error().detail.substr(0, 34);
    }
    return found->source->name.value() + " " + std::string(record::to_string(found->proof));
  }

  std::int64_t now_ = 150;
  base::Metrics metrics_;
  IngestMetrics counted_{metrics_, [this] { return base::Timestamp{now_}; }};
  Admission admission_{counted_, [this] { return base::Timestamp{now_}; }};
  std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
};

constexpr const char* kUnknown = "the client certificate is no sourc";
constexpr const char* kLate = "the client certificate is out of i";
constexpr const char* kDiffer = "the token and the client certifica";
constexpr const char* kToken = "send the token of a registered sou";

TEST_F(CertificateAdmission, TellsWhoseCertificateItIs) {
  EXPECT_EQ(ask({"", shown(kOne)}), "app mtls");
  EXPECT_EQ(ask({"", shown(kTwo)}), "both mtls");
  EXPECT_EQ(ask({"", shown(crypto::sha256("self-made"))}), kUnknown);
  EXPECT_EQ(ask({"", shown(kThree)}), kUnknown) << "the source is revoked";
  EXPECT_EQ(ask({}), kToken);
}

TEST_F(CertificateAdmission, PassesOverNothingThatIsWrong) {
  EXPECT_EQ(ask({"cst_both", {}}), "both token");
  EXPECT_EQ(ask({"cst_both", shown(kTwo)}), "both mtls");
  EXPECT_EQ(ask({"cst_both", shown(kOne)}), kDiffer);
  EXPECT_EQ(ask({"cst_token", shown(kOne)}), kDiffer);
  EXPECT_EQ(ask({"cst_wrong", shown(kOne)}), kToken) << "beside a certificate that is good";
  EXPECT_EQ(ask({"cst_token", shown(crypto::sha256("of another service"))}), "token token");
}

TEST_F(CertificateAdmission, HoldsACertificateToItsDatesAtEachRequest) {
  for (const auto& [time, expected] : std::vector<std::pair<std::int64_t, std::string>>{
           {99, kLate}, {100, "app mtls"}, {200, "app mtls"}, {201, kLate}}) {
    now_ = time;
    EXPECT_EQ(ask({"", shown(kOne)}), expected) << time;
  }
  EXPECT_EQ(ask({"cst_both", shown(kTwo)}), kLate) << "beside a token that is good";
}

TEST_F(CertificateAdmission, HoldsAnAddressToItsSource) {
  EXPECT_EQ(ask_at("app", "", kOne), "app mtls");
  EXPECT_EQ(ask_at("app", "", kTwo), kUnknown);
  EXPECT_EQ(ask_at("both", "Bearer cst_both", kTwo), "both mtls");
  EXPECT_EQ(ask_at("both", "cst_both", kOne), kDiffer);
  EXPECT_EQ(ask_at("token", "cst_both", kTwo), kToken);
  Source hook;
  hook.name = SourceName("hook");
  hook.adapter = kNativeAdapter;
  hook.scheme = "standard_webhooks";
  registry_->put(std::move(hook));
  EXPECT_EQ(ask_at("hook", "", kOne), "the client certificate is of anoth");
}

}  // namespace
}  // namespace countersign::ingest
