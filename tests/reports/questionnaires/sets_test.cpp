#include "reports/questionnaires/sets.h"

#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

std::vector<Question> numbered(const std::vector<std::string>& ids) {
  std::vector<Question> out;
  for (const auto& id : ids) {
    out.emplace_back();
    out.back().id = id;
  }
  return out;
}

const std::vector<std::string> kCaiq{"A&A-01.1", "A&A-01.2", "IAM-13.1", "LOG-02.1", "DSP-19.1", "CEK-04.1"};

TEST(Sets, AreToldByTheirNumbers) {
  EXPECT_EQ(find_set(numbered({"AAAI-09", "AAAI-10", "DCTR-14", "HIPA-12", "DATA-02"}), {}),
            (Set{"hecvat", "4.1.4"}));
  EXPECT_EQ(
      find_set(numbered({"ctl_1.1-mvsp", "ctl_1.2-mvsp", "ctl_2.4-mvsp", "ctl_2.7-mvsp", "ctl_4.2-mvsp"}),
               {}),
      (Set{"mvsp", "3.0"}));
  EXPECT_EQ(
      find_set(numbered({"servers_logging", "network_vpn", "", "clients_os", "dc_1", "office_1", ""}), {}),
      (Set{"vsaq", ""}));
  EXPECT_EQ(find_set(numbered({"1", "2", "3", "4", "5", "6"}), {"v4.1"}), Set{});
  EXPECT_EQ(find_set(numbered({"IAM-13.1", "LOG-02.1"}), {"CAIQ v4.1"}), Set{}) << "two may be chance";
  EXPECT_EQ(find_set({}, {}), Set{});
}

TEST(Sets, OfAnotherVersionOfHecvatAreNotThisOne) {
  EXPECT_EQ(find_set(numbered({"AAAI-09", "AAAI-10", "DCTR-14", "HIPA-12", "QUAL-01", "MAPP-01"}), {}),
            Set{});
}

TEST(Sets, HaveAVersionOnlyWhereSomethingTellsIt) {
  const auto version = [](const std::string& words) { return find_set(numbered(kCaiq), {words}).version; };
  EXPECT_EQ(version("CAIQ v4.1"), "4.1");
  EXPECT_EQ(version("CAIQ 4.0.3 STAR"), "4.0");
  EXPECT_EQ(version("Our security questionnaire"), "");
  EXPECT_EQ(version("items 14.1 and 4.11"), "");
  EXPECT_EQ(version("moved from 4.0 to 4.1"), "");
  EXPECT_EQ(find_set(numbered(kCaiq), {}).name, "caiq");
}

}  // namespace
}  // namespace countersign::questionnaires
