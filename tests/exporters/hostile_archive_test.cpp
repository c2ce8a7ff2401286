// Archives that were made to harm whoever opens them.

#include "exporters/verify/verify_bundle.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <archive.h>
#include <archive_entry.h>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TempDir;
using testing::write_whole;

struct Entry {
  std::string name;
  std::string content = "x";
  unsigned type = AE_IFREG;
  std::string link = {};
};

fs::path make_archive(const fs::path& path, const std::vector<Entry>& entries, bool hard_links = false) {
  archive* handle = archive_write_new();
  if (path.extension() == ".zip") {
    archive_write_set_format_zip(handle);
  } else {
    archive_write_set_format_pax_restricted(handle);
    archive_write_add_filter_zstd(handle);
  }
  archive_write_open_filename(handle, path.c_str());
  for (const auto& one : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, one.name.c_str());
    archive_entry_set_filetype(entry, one.type);
    archive_entry_set_perm(entry, 0644);
    if (!one.link.empty() && hard_links) archive_entry_set_hardlink(entry, one.link.c_str());
    if (!one.link.empty() && !hard_links) archive_entry_set_symlink(entry, one.link.c_str());
    const bool data = one.type == AE_IFREG && one.link.empty();
    archive_entry_set_size(entry, data ? static_cast<la_int64_t>(one.content.size()) : 0);
    archive_write_header(handle, entry);
    if (data) archive_write_data(handle, one.content.data(), one.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(handle);
  archive_write_free(handle);
  return path;
}

class HostileArchive : public ::testing::TestWithParam<std::string> {
 protected:
  /// Why it is refused; nothing may be left in the work folder.
  std::string refusal(const std::vector<Entry>& entries, UnpackLimits limits = {}, bool hard_links = false) {
    fs::create_directories(dir_ / "work");
    limits.work_folder = dir_ / "work";
    const auto archive = make_archive(dir_ / ("hostile" + GetParam()), entries, hard_links);
    const auto report = verify_bundle(archive, {.limits = limits}, {});
    EXPECT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->verdict, Verdict::failed);
    EXPECT_TRUE(fs::is_empty(dir_ / "work"));
    EXPECT_FALSE(fs::exists(dir_ / "escaped"));
    const auto* check = report->find("archive");
    return check->state == CheckState::failed ? check->sentence : "";
  }
  TempDir dir_;
};

TEST_P(HostileArchive, CannotLeaveItsFolder) {
  for (const std::string name : {"../escaped", "b/../../escaped", "b/../escaped", "/escaped", "b//c", "b/./c",
                                 "..", "b/..", "b/c\\d", "b/c\nd"})
    EXPECT_THAT(refusal({{"b/ok"}, {name}}), HasSubstr("may not stand in a bundle")) << name;
}

TEST_P(HostileArchive, HoldsNoLinks) {
  EXPECT_THAT(refusal({{"b/ok"}, {"b/link", "", AE_IFLNK, "/etc/passwd"}}), HasSubstr("not a plain file"));
}

TEST_P(HostileArchive, HoldsNoNameTwice) {
  EXPECT_THAT(refusal({{"b/ok"}, {"b/ok", "y"}}), HasSubstr("twice"));
}

TEST_P(HostileArchive, HoldsOneFolder) {
  EXPECT_THAT(refusal({{"b/ok"}, {"c/ok"}}), HasSubstr("more than one folder"));
  EXPECT_THAT(refusal({{"b/ok"}, {"b"}}), HasSubstr("outside of the bundle's folder"));
}

TEST_P(HostileArchive, HoldsNoMoreThanTheLimits) {
  EXPECT_THAT(refusal({{"b/bomb", std::string(10 << 20, '\0')}}, {.bytes_max = 1 << 20}),
              HasSubstr("more than the"));
  std::vector<Entry> many;
  for (int i = 0; i < 101; ++i) many.push_back({fmt::format("b/{}", i)});
  EXPECT_THAT(refusal(many, {.files_max = 100}), HasSubstr("more than the 100 files"));
}

TEST_P(HostileArchive, IsNotEmpty) { EXPECT_NE(refusal({}), ""); }

INSTANTIATE_TEST_SUITE_P(Formats, HostileArchive, ::testing::Values(".zip", ".tar.zst"),
                         [](const auto& which) { return which.param == ".zip" ? "zip" : "tar_zst"; });

class HostileTar : public HostileArchive {};

TEST_P(HostileTar, HoldsNoHardLinksAndDevices) {
  EXPECT_THAT(refusal({{"b/ok"}, {"b/link", "", AE_IFREG, "b/ok"}}, {}, true), HasSubstr("not a plain file"));
  EXPECT_THAT(refusal({{"b/ok"}, {"b/device", "", AE_IFCHR}}), HasSubstr("not a plain file"));
  EXPECT_THAT(refusal({{"b/ok"}, {"b/pipe", "", AE_IFIFO}}), HasSubstr("not a plain file"));
}

INSTANTIATE_TEST_SUITE_P(Formats, HostileTar, ::testing::Values(".tar.zst"),
                         [](const auto&) { return std::string("tar_zst"); });

TEST(HostileInput, ThatIsNoArchiveIsRefused) {
  TempDir dir;
  for (const auto& content :
       std::vector<std::string>{std::string(), std::string("PK\x03\x04 nothing"), std::string(100'000, 'x'),
                                std::string("\x28\xB5\x2F\xFD nothing")}) {
    write_whole(dir / "bundle.zip", content);
    const auto report = verify_bundle(dir / "bundle.zip", {}, {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->verdict, Verdict::failed);
  }
}

TEST(HostileInput, AFolderWithALinkIsRefused) {
  TempDir dir;
  fs::create_directories(dir / "bundle/data");
  fs::create_symlink("/etc/passwd", dir / "bundle/data/records.jsonl");
  const auto report = verify_bundle(dir / "bundle", {}, {});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->sentence, HasSubstr("not a plain file"));
}

TEST(HostileInput, AnArchiveCutShortAnywhereIsRefused) {
  testing::BundleFixture fixture(1, 2);
  for (const auto format : {bundle::ArchiveFormat::zip, bundle::ArchiveFormat::tar_zst}) {
    const auto archive = fixture.make(fixture.request(format));
    const auto whole = testing::read_whole(archive);
    for (std::size_t size = 0; size < whole.size(); size += 97) {
      write_whole(archive, whole.substr(0, size));
      const auto report = verify_bundle(archive, {}, {});
      ASSERT_TRUE(report);
      EXPECT_EQ(report->verdict, Verdict::failed) << size;
    }
  }
}

}  // namespace
}  // namespace countersign::verify
