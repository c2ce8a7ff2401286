#include "apps/trust_settings.h"

#include "apps/config_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kOn = "[trust]\nenabled=true\nvendor='Example Inc.'\ntenant='acme'\n";

base::Result<TrustSettings> read(const std::string& text) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed) << text;
  Table top(&parsed.table(), "");
  return read_trust(top);
}

std::string error_of(const std::string& text) {
  const auto settings = read(text);
  return settings ? "it was taken" : settings.error().message;
}

TEST(TrustSettings, AreOffByDefault) {
  const auto settings = *read("");
  EXPECT_FALSE(settings.enabled);
  EXPECT_TRUE(settings.requests);
  EXPECT_EQ(settings.login_days, 14);
  EXPECT_EQ(settings.keep_days, 30);
}

TEST(TrustSettings, NeedAVendorAndATenantWhereThereIsAPage) {
  EXPECT_TRUE(read(kOn)->enabled);
  EXPECT_THAT(error_of("[trust]\nenabled=true\ntenant='acme'"), HasSubstr("trust.vendor must be set"));
  EXPECT_THAT(error_of("[trust]\nenabled=true\nvendor='E'"), HasSubstr("trust.tenant must be set"));
  EXPECT_EQ(error_of("[trust]\nenabled=false"), "it was taken");
}

TEST(TrustSettings, TellOfAllControlsUnlessSomeAreNamed) {
  EXPECT_THAT(read(kOn)->controls, Contains("PRIVILEGED-MFA"));
  EXPECT_THAT(read(kOn)->controls, Not(Contains("CODE-GUESSING"))) << "it is a detection";
  EXPECT_THAT(read(kOn)->controls.size(), ::testing::Gt(30u));
  EXPECT_THAT(read(kOn + "controls=['OTP-LIFETIME','ACCOUNT-UNIQUE']")->controls,
              ElementsAre("OTP-LIFETIME", "ACCOUNT-UNIQUE"));
  for (const auto* wrong : {"'GONE'", "'CODE-GUESSING'", "''"})
    EXPECT_THAT(error_of(kOn + "controls=[" + wrong + "]"),
                HasSubstr("trust.controls must hold ids of controls"))
        << wrong;
  EXPECT_THAT(error_of(kOn + "controls=['OTP-LIFETIME','OTP-LIFETIME']"),
              HasSubstr("must hold each id once"));
}

TEST(TrustSettings, AreRefusedWhereTheyAreNotAsTheyMustBe) {
  for (const auto& [line, reason] :
       {std::pair<std::string, const char*>("contact='nobody'", "trust.contact must be a mail address"),
        {"contact='javascript:alert(1)'", "trust.contact must be"},
        {"contact='http://example.com'", "trust.contact must be"},
        {"contact='https://example.com/\"x'", "trust.contact must be"},
        {"contact='a@b@c'", "trust.contact must be"},
        {"contact='a@b?cc=c'", "trust.contact must be"},
        {"login_days=0", "trust.login_days must be a whole number from 1 to 90"},
        {"login_days=91", "trust.login_days must be a whole number from 1 to 90"},
        {"keep_days=0", "trust.keep_days must be a whole number from 1 to 365"},
        {"request=true", "there is no setting trust.request"},
        {"requests=1", "trust.requests must be true or false"}})
    EXPECT_THAT(error_of(kOn + line), HasSubstr(reason)) << line;
  EXPECT_THAT(error_of("[trust]\ntenant='Not One'"), HasSubstr("trust.tenant must be the name of a tenant"));
  EXPECT_THAT(error_of("[trust]\nvendor=\"a\\nb\""), HasSubstr("trust.vendor must be a name"));
  EXPECT_THAT(error_of("[trust]\nvendor='" + std::string(129, 'x') + "'"), HasSubstr("trust.vendor must be"));
  for (const auto* contact : {"trust@example.com", "https://example.com/trust?a=1"})
    EXPECT_EQ(read(kOn + "contact='" + contact + "'")->contact, contact);
}

}  // namespace
}  // namespace countersign::apps
