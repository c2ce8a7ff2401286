#include <gtest/gtest.h>

#include <cstdlib>

namespace countersign::testing {
namespace {

/// Reports are set with the typefaces that an appliance has, whatever else the machine of the test has.
/// Before fontconfig reads its settings, and for the programs that read PDF.
class PackageFonts : public ::testing::Environment {
 public:
  void SetUp() override { ASSERT_EQ(::setenv("FONTCONFIG_FILE", PACKAGE_FONTS_CONF, 1), 0); }
};

[[maybe_unused]] const auto* const kPackageFonts =
    ::testing::AddGlobalTestEnvironment(new PackageFonts);  // owned by GoogleTest

}  // namespace
}  // namespace countersign::testing
