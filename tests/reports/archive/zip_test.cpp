#include "reports/archive/zip.h"

#include "tests/reports/archive/made_zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <archive.h>
#include <archive_entry.h>

#include <array>

namespace countersign::archive {
namespace {

using ::testing::HasSubstr;

const std::vector<MadeEntry> kTwo = {{"a.txt", "one"}, {"folder/B.txt", std::string(100'000, 'b')}};

std::string refusal(const std::string& bytes, const Limits& limits = {}) {
  const auto zip = Zip::open(bytes, limits);
  return zip ? "" : zip.error().message;
}

/// As refusal, of reading all entries of an archive that can be opened.
std::string refusal_to_read(const std::string& bytes) {
  const auto zip = Zip::open(bytes, {});
  if (!zip) return "not opened: " + zip.error().message;
  for (const auto& entry : zip->entries()) {
    if (const auto read = zip->read(entry); !read) return read.error().message;
  }
  return "";
}

/// An archive as libarchive streams it: sizes stand behind the content.
std::string of_libarchive(const std::vector<MadeEntry>& entries) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  auto* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& each : entries) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, each.content.data(), each.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

TEST(Zip, GivesItsEntriesInTheirOrderAndByName) {
  for (const auto& bytes : {zip_of(kTwo, "a comment"), of_libarchive(kTwo)}) {
    const auto zip = Zip::open(bytes, {});
    ASSERT_TRUE(zip) << zip.error().message;
    ASSERT_EQ(zip->entries().size(), 2u);
    EXPECT_EQ(zip->entries()[0].name, "a.txt");
    EXPECT_EQ(zip->read(zip->entries()[0]), "one");
    ASSERT_NE(zip->find("FOLDER/b.TXT"), nullptr);
    EXPECT_EQ(zip->read(*zip->find("folder/B.txt")), kTwo[1].content);
    EXPECT_EQ(zip->find("folder"), nullptr);
  }
}

TEST(Zip, ReadsStoredEntriesFoldersAndSizesOf64Bits) {
  const auto bytes = zip_of(
      {{"folder/", "", false}, {"stored", "abc", false}, {"large", "def", true, 0, {}, UINT32_MAX, true}});
  const auto zip = Zip::open(bytes, {});
  ASSERT_TRUE(zip) << zip.error().message;
  EXPECT_TRUE(zip->entries()[0].is_folder());
  EXPECT_EQ(zip->read(*zip->find("stored")), "abc");
  EXPECT_EQ(zip->read(*zip->find("large")), "def");
}

TEST(Zip, RefusesNamesThatDoNotStayBelowIt) {
  for (const auto* name : {"/etc/passwd", "../up", "a/../../b", "a//b", "./a", "a\\b", "C:a", "a\nb", ""})
    EXPECT_THAT(refusal(zip_of({{"a", ""}, {name, "x"}})), HasSubstr("the name of its part 2")) << name;
}

TEST(Zip, RefusesWhatTwoProgramsCouldReadDifferently) {
  EXPECT_THAT(refusal(zip_of({{"a", "1"}, {"a", "2"}})), HasSubstr("two parts of one name"));
  EXPECT_THAT(refusal(zip_of({{"a", "1"}, {"A", "2"}})), HasSubstr("two parts of one name"));
  EXPECT_THAT(refusal(zip_of({{"a", "1", true, 0, "b"}})), HasSubstr("contradict"));
  EXPECT_THAT(refusal("#!/bin/sh\n" + zip_of(kTwo)), HasSubstr("damaged"));
  EXPECT_THAT(refusal(zip_of({})), HasSubstr("empty"));
  EXPECT_THAT(refusal(zip_of({{"a", "1", true, 1}})), HasSubstr("encrypted"));
}

TEST(Zip, RefusesEntriesThatOverlap) {
  // The second entry lies within the content of the first.
  const auto inner = zip_of({{"b", "bb", false}});
  const auto inner_end = inner.find("PK\x01\x02");
  auto record = inner.substr(inner_end, 47);
  record[42] = 31;
  auto bytes = zip_of({{"a", inner.substr(0, inner_end), false}});
  auto end = bytes.substr(bytes.rfind("PK\x05\x06"));
  bytes.resize(bytes.size() - end.size());
  end[8] = end[10] = 2;
  end[12] = 94;
  EXPECT_THAT(refusal(bytes + record + end), HasSubstr("two of its parts overlap"));
}

TEST(Zip, RefusesAnArchiveThatIsCutOrChangedAnywhere) {
  const auto bytes = zip_of({{"a.txt", "one and two and three"}, {"b", "four"}});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal(bytes.substr(0, size)), "") << size;
  EXPECT_EQ(refusal_to_read(bytes), "");
  auto changed = bytes;
  changed[38] = static_cast<char>(changed[38] ^ 0x10);  // of the content
  EXPECT_THAT(refusal_to_read(changed), HasSubstr("damaged"));
}

TEST(Zip, RefusesBombs) {
  const std::string zeros(3 << 20, '\0');
  EXPECT_THAT(refusal(zip_of({{"bomb", zeros}})), HasSubstr("more than 300 times its size"));
  EXPECT_EQ(refusal(zip_of({{"stored", zeros, false}})), "");
  Limits limits;
  limits.part_bytes = 2 << 20;
  EXPECT_THAT(refusal(zip_of({{"large", zeros, false}}), limits), HasSubstr("unpacks to more than"));
  limits.part_bytes = 4 << 20;
  limits.inflated_bytes = 5 << 20;
  EXPECT_THAT(refusal(zip_of({{"a", zeros, false}, {"b", zeros, false}}), limits),
              HasSubstr("unpacks to more than"));
  limits = {};
  limits.entries = 1;
  EXPECT_THAT(refusal(zip_of(kTwo), limits), HasSubstr("more than 1 parts"));
  limits = {};
  limits.file_bytes = 100;
  EXPECT_THAT(refusal(zip_of(kTwo), limits), HasSubstr("larger than 100 bytes"));
}

TEST(Zip, RefusesABombThatLiesOfItsSize) {
  const std::string zeros(3 << 20, '\0');
  EXPECT_THAT(refusal_to_read(zip_of({{"bomb", zeros, true, 0, {}, 1'000}})),
              HasSubstr("larger than it says"));
  EXPECT_THAT(refusal_to_read(zip_of({{"small", "abc", true, 0, {}, 1'000}})),
              HasSubstr("not what its checksum says"));
}

TEST(Zip, CopiesWhatIsNotReplacedByteByByte) {
  const std::vector<MadeEntry> entries = {{"first", "1"},
                                          {"second", "22"},
                                          {"third", "333", false},
                                          {"wide", "4444", true, 0, {}, UINT32_MAX, true}};
  for (const auto& bytes : {zip_of(entries, "comment"), of_libarchive(entries)}) {
    const auto zip = Zip::open(bytes, {});
    ASSERT_TRUE(zip) << zip.error().message;
    const auto changed = zip->with({{"second", "two"}});
    ASSERT_TRUE(changed) << changed.error().message;
    const auto again = Zip::open(*changed, {});
    ASSERT_TRUE(again) << again.error().message;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto &before = zip->entries()[i], &after = again->entries()[i];
      EXPECT_EQ(before.name, after.name);
      EXPECT_EQ(again->read(after), i == 1 ? "two" : entries[i].content);
      if (i == 1) continue;
      EXPECT_EQ(bytes.substr(before.offset, before.end - before.offset),
                changed->substr(after.offset, after.end - after.offset));
    }
  }
  const auto bytes = zip_of(entries, "comment");
  EXPECT_TRUE(Zip::open(bytes, {})->with({{"second", "two"}})->ends_with("comment"));
  EXPECT_EQ(Zip::open(zip_of(kTwo), {})->with({}), zip_of(kTwo));
}

}  // namespace
}  // namespace countersign::archive
