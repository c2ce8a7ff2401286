#include "web/procurement/given_document.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::procurement {
namespace {

using ::testing::Contains;
using ::testing::Pair;

TEST(ContentDisposition, IsPlainWhereTheNameIs) {
  EXPECT_EQ(content_disposition("soc2-2026.pdf"), "attachment; filename=\"soc2-2026.pdf\"");
}

TEST(ContentDisposition, SpellsOtherNamesTwice) {
  EXPECT_EQ(content_disposition("SOC 2 Pr\xc3\xbc"
                                "fung.pdf"),
            "attachment; filename=\"SOC_2_Pr_fung.pdf\"; filename*=UTF-8''SOC%202%20Pr%C3%BCfung.pdf");
  EXPECT_EQ(content_disposition("a\"\r\n.pdf"),
            "attachment; filename=\"a___.pdf\"; filename*=UTF-8''a%22%0D%0A.pdf");
}

TEST(Give, GivesAFileToBeSavedAndNothingElse) {
  const testing::TempDir dir;
  ASSERT_TRUE(base::write_file_durably(dir / "contents", "0123456789", base::FileMode::secret));
  documents::Version version;
  version.media_type = "text/plain";
  version.file_name = "a b.txt";
  http::RequestHead head;
  auto answer = give(head, version, dir / "contents");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Security-Policy", "sandbox; default-src 'none'")));
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Disposition",
                                            "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%20b.txt")));
  EXPECT_THAT(answer.headers, Contains(Pair("ETag", '"' + std::string(64, '0') + '"')));
  version.media_type = "application/pdf";
  head.fields = {{"Range", "bytes=2-4"}};
  answer = give(head, version, dir / "contents");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.content_type, "application/pdf");
  EXPECT_EQ(answer.file->size, 3u);
  head.fields = {{"Range", "bytes=20-"}};
  EXPECT_EQ(give(head, version, dir / "contents").status, 416);
}

}  // namespace
}  // namespace countersign::procurement
