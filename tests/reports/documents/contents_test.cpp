#include "reports/documents/contents.h"

#include "reports/documents/plain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::documents {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string type_of(std::string_view bytes, std::string_view name = "file") {
  const auto contents = look_at(bytes, name);
  return contents ? contents->media_type : "refused: " + contents.error().message;
}

std::string png(const std::string& behind = "") {
  return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR1234567890123CRC.\0\0\0\0IENDCRC."s + behind;
}

TEST(LookAt, KnowsTextsByTheirNames) {
  EXPECT_EQ(type_of("a,b\n1,2\n", "list.CSV"), "text/csv");
  EXPECT_EQ(type_of("# Title\n", "read.md"), "text/plain");
  EXPECT_EQ(type_of("\xef\xbb\xbfgr\xc3\xbc\xc3\x9f"
                    "e\r\n\f",
                    "a.pdf"),
            "text/plain");
  EXPECT_EQ(type_of("1 < 2 and <b is small", "a.txt"), "text/plain");
}

TEST(LookAt, GoesByWhatAFileHoldsAndNotByItsName) {
  EXPECT_EQ(type_of(png(), "letter.pdf"), "image/png");
  EXPECT_EQ(type_of("\xff\xd8\xff\xe0 picture \xff\xd9", "letter.txt"), "image/jpeg");
  EXPECT_THAT(type_of("MZ\x90\0program"s, "letter.pdf"), HasSubstr("a program of Windows"));
}

TEST(LookAt, RefusesWhatDoesSomethingAndSaysWhy) {
  const std::pair<std::string, const char*> kRefused[] = {
      {"", "empty"},
      {"\x7f"
       "ELF\x02\x01",
       "program of Linux"},
      {"\xcf\xfa\xed\xfe\x07", "program of macOS"},
      {"#!/bin/sh\nrm -r /\n", "script"},
      {"<!DOCTYPE html><html></html>", "markup"},
      {"\n\t <svg xmlns='http://www.w3.org/2000/svg'/>", "markup"},
      {"\xef\xbb\xbf<?xml version='1.0'?>", "markup"},
      {"hello <SCRIPT>alert(1)</SCRIPT>", "markup"},
      {"\x1f\x8b\x08\x00stuff"s, "gzip"},
      {"7z\xbc\xaf\x27\x1c", "7-Zip"},
      {"Rar!\x1a\x07\x01", "RAR"},
      {"{\\rtf1 text}", "RTF"},
      {"%!PS-Adobe-3.0", "PostScript"},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old kind"},
      {"\xff\xfet\0e\0x\0t\0"s, "UTF-16"},
      {"GIF89a\x01\0\x01\0"s, "no kind"},
      {"text with \0 in it"s, "no kind"},
      {"text that is Latin-1: gr\xfc\xdf"
       "e",
       "no kind"},
      {std::string(257, 'x') + "ustar" + std::string(300, 'x'), "tar"},
      {"GIF89a=1;\n%PDF-1.7\n%%EOF", "before the beginning of the PDF"},
      {png("<html>"), "behind the end of the PNG"},
      {png().substr(0, 30), "cut short"},
      {"\xff\xd8\xff\xe0 picture \xff\xd9 PK", "behind the end of the JPEG"},
  };
  for (const auto& [bytes, why] : kRefused) EXPECT_THAT(type_of(bytes, "a.txt"), HasSubstr(why)) << bytes;
}

TEST(IsUtf8, TakesTheShortestSpellingOfRealCharactersAlone) {
  for (const auto* good : {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe0\xa0",
                          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

std::string clean(std::string_view name, const std::string& extension = ".pdf") {
  return clean_file_name(name, {"application/pdf", extension, {}});
}

TEST(CleanFileName, HasTheExtensionOfWhatItIs) {
  EXPECT_EQ(clean("report.pdf"), "report.pdf");
  EXPECT_EQ(clean("report.PDF.exe"), "report.PDF.pdf");
  EXPECT_EQ(clean("report"), "report.pdf");
  EXPECT_EQ(clean("run.bat", ".txt"), "run.txt");
}

TEST(CleanFileName, HoldsNothingThatLeadsElsewhereOrMisleads) {
  EXPECT_EQ(clean("../../etc/passwd"), "passwd.pdf");
  EXPECT_EQ(clean("C:\\temp\\SOC 2.pdf"), "SOC 2.pdf");
  EXPECT_EQ(clean("a\r\nSet-Cookie: x=1.pdf"), "aSet-Cookie x=1.pdf");
  EXPECT_EQ(clean("\xe2\x80\xae"
                  "fdp.exe"),
            "fdp.pdf");
  EXPECT_EQ(clean("\"quoted\"; x.pdf"), "quoted x.pdf");
  EXPECT_EQ(clean("Pr\xc3\xbc"
                  "fbericht.pdf"),
            "Pr\xc3\xbc"
            "fbericht.pdf");
  for (const auto* nothing : {"", ".pdf", "...", "/", "\xff\xfe.pdf", "\x01\x02"}) {
    SCOPED_TRACE(nothing);
    EXPECT_THAT(clean(nothing), ::testing::AnyOf("document.pdf", "pdf.pdf"));
  }
  EXPECT_EQ(clean(std::string(500, 'x')), std::string(100, 'x') + ".pdf");
  // Never half a character.
  EXPECT_EQ(clean("x" + std::string(60, '\0').replace(0, 60,
                                                      [] {
                                                        std::string out;
                                                        for (int i = 0; i < 60; ++i) out += "\xc3\xbc";
                                                        return out;
                                                      }()))
                .size(),
            99U + 4U);
}

}  // namespace
}  // namespace countersign::documents
