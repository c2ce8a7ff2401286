#include "ledger/mirror/check_log.h"

#include "ledger/mirror/mirror_folder.h"
#include "tests/ledger/mirror/served_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace countersign::mirror {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ServedLog;

constexpr char kTestLogVkey[] =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

TEST(CheckLog, FindsAWholeLogAsItWasSigned) {
  for (const auto size : {1u, 256u, 700u}) {
    ServedLog log;
    log.grow(size);
    log.publish();
    const auto check = check_log(log.fetch(), log.keys());
    ASSERT_TRUE(check) << check.error().message;
    EXPECT_THAT(check->faults, ElementsAre());
    EXPECT_EQ(check->records, size);
    EXPECT_EQ(check->chained, size);
    EXPECT_EQ(check->missing, 0u);
    EXPECT_EQ(check->time, 1'769'851'800);
  }
}

TEST(CheckLog, FindsAForeignLogAsItWasSigned) {
  const std::vector keys{tree::NoteVerifier::parse(kTestLogVkey).value()};
  const MirrorFolder folder(fs::path(COUNTERSIGN_TEST_DATA) / "tessera-testlog/testdata/log");
  const auto check = check_log(folder.fetch(), keys, Entries::any);
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_THAT(check->faults, ElementsAre());
  EXPECT_EQ(check->records, check->size);
  EXPECT_EQ(check_log(folder.fetch(), keys)->faults.size(), check->size) << "they are no records of ours";
}

TEST(CheckLog, NamesTheRecordOfWhichOneBitDiffers) {
  ServedLog log;
  log.grow(300);
  log.publish();
  log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path == "tile/entries/001.p/44")
      bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
    return bytes;
  };
  const auto check = check_log(log.fetch(), log.keys()).value();
  EXPECT_THAT(check.faults, ElementsAre(HasSubstr("tile/0/001.p/44 is not what the records hash to"),
                                        HasSubstr("do not hash to the root that was signed")));
}

TEST(CheckLog, NamesARecordThatBreaksTheChainThoughTheRootIsRight) {
  ServedLog log;
  log.grow(2);
  ServedLog other;
  other.grow(3, "x");
  ServedLog both;
  both.copy_from(other, 2);
  both.copy_from(log, 1);
  both.publish();
  const auto check = check_log(both.fetch(), both.keys()).value();
  EXPECT_THAT(check.faults, ElementsAre(HasSubstr("record 2 says that it is number 0"),
                                        HasSubstr("record 2 does not name the hash"),
                                        HasSubstr("record 2 was received before")));
  EXPECT_EQ(check.chained, 2u);
}

TEST(CheckLog, TellsWhatIsRetiredAndStillProvesTheRest) {
  ServedLog log;
  log.grow(800);
  log.publish();
  log.retired = 300;
  const auto check = check_log(log.fetch(), log.keys()).value();
  EXPECT_THAT(check.faults, ElementsAre());
  EXPECT_EQ(check.records, 500u);
  EXPECT_EQ(check.missing, 300u);
  EXPECT_EQ(check.chained, 500u) << "the first one that is left names a hash, too";
  log.remains = false;
  EXPECT_EQ(check_log(log.fetch(), log.keys())->missing, 512u) << "as with other products";
}

TEST(CheckLog, NamesWhatRemainsAndWasNotSigned) {
  ServedLog log;
  log.grow(300);
  log.publish();
  log.retired = 10;
  log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path == "remaining/000") bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
    return bytes;
  };
  EXPECT_THAT(check_log(log.fetch(), log.keys())->faults,
              ::testing::Contains(HasSubstr("tile/0/000 is not what the records hash to")));
}

TEST(CheckLog, RefusesACheckpointByAnotherKey) {
  ServedLog log;
  log.grow(3);
  log.publish();
  const ServedLog other("log.example.com/eu-1/acme", 7);
  const auto check = check_log(log.fetch(), other.keys());
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code, base::Code::permission_denied);
}

}  // namespace
}  // namespace countersign::mirror
