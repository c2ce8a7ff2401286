// What README.txt promises: commands that stand on any machine check a bundle, and fail on a changed one.

#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The indented commands of README.txt, as a script that stops at the first failure.
std::string commands_of(const fs::path& folder) {
  std::string script = "set -e -o pipefail\n";
  const auto readme = read_whole(folder / "README.txt");
  std::istringstream lines(readme.substr(readme.find("HOW TO CHECK IT")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    ") && line.find("countersign verify") == std::string::npos)
      script += line + "\n";
  }
  return script;
}

TEST(StockTools, AcceptABundleByTheCommandsOfItsReadme) {
  BundleFixture fixture;
  const TestAuthority authority(fixture.region.dir() / "tsa");
  for (const auto format : {bundle::ArchiveFormat::zip, bundle::ArchiveFormat::tar_zst}) {
    auto request = fixture.request(format);
    request.timestamp = authority.call();
    request.timestamp_authorities = authority.roots();
    request.profile = record::Profile::full;
    const auto folder = fixture.make_folder(request);
    fs::copy_file(authority.root_pem(), folder / "../TSA.pem");
    auto script = commands_of(folder);
    ASSERT_THAT(script, HasSubstr("openssl ts -verify"));
    script.replace(script.find("-CAfile TSA.pem"), 15, "-CAfile ../TSA.pem");
    std::string output;
    EXPECT_EQ(run_command(script, folder, &output), 0) << output << script;
    EXPECT_THAT(output, HasSubstr("CAdES Verification successful"));
    EXPECT_THAT(output, HasSubstr("Verification: OK"));
    // The two spellings of the first record's hash are where the readme says.
    const auto hex = output.substr(output.find("  -\n") - 64, 64);
    EXPECT_THAT(read_whole(folder / "data/events.csv"), HasSubstr("," + hex + "\r\n"));
    const auto base64 = output.substr(output.find("  -\n") + 4, 44);
    EXPECT_THAT(read_whole(folder / "data/records.jsonl"), HasSubstr("\"prev\":\"" + base64 + "\""));
  }
}

TEST(StockTools, AcceptEveryProfile) {
  BundleFixture fixture;
  for (const auto profile : {record::Profile::none, record::Profile::pseudonymous, record::Profile::masked}) {
    auto request = fixture.request();
    request.profile = profile;
    const auto folder = fixture.make_folder(request);
    std::string output;
    EXPECT_EQ(run_command(commands_of(folder), folder, &output), 0) << output;
    EXPECT_THAT(output, HasSubstr("CAdES Verification successful"));
    EXPECT_THAT(read_whole(folder / "README.txt"),
                HasSubstr(fmt::format("The profile of this bundle is {}", record::to_string(profile))));
  }
}

TEST(StockTools, SeeAnAddedFileAndAChangedByte) {
  BundleFixture fixture(1, 3);
  const auto folder = fixture.make_folder(fixture.request());
  const auto script = commands_of(folder);
  std::string output;
  ASSERT_EQ(run_command(script, folder, &output), 0) << output;
  write_whole(folder / "data/more.txt", "more");
  EXPECT_NE(run_command(script, folder), 0);
  fs::remove(folder / "data/more.txt");
  write_whole(folder / "more.txt", "more");
  EXPECT_NE(run_command(script, folder), 0);
  fs::remove(folder / "more.txt");
  ASSERT_EQ(run_command(script, folder, &output), 0) << output;
  auto records = read_whole(folder / "data/records.jsonl");
  records[100] = static_cast<char>(records[100] ^ 1);
  write_whole(folder / "data/records.jsonl", records);
  EXPECT_NE(run_command(script, folder), 0);
}

TEST(StockTools, UnzipOpensAZip) {
  BundleFixture fixture(1, 3);
  const auto archive = fixture.make(fixture.request());
  std::string output;
  EXPECT_EQ(run_command(fmt::format("unzip -t '{}'", archive.string()), fixture.region.dir().path(), &output),
            0)
      << output;
  EXPECT_THAT(output, HasSubstr("No errors detected"));
  EXPECT_THAT(output, HasSubstr("countersign-acme-20260101-20270101/data/records.jsonl"));
}

TEST(StockTools, TarAndZstdOpenATarZst) {
  BundleFixture fixture(1, 3);
  const auto archive = fixture.make(fixture.request(bundle::ArchiveFormat::tar_zst));
  std::string output;
  EXPECT_EQ(run_command(fmt::format("zstd -dc '{}' | tar -tv", archive.string()), fixture.region.dir().path(),
                        &output),
            0)
      << output;
  EXPECT_THAT(output, HasSubstr("-rw-r--r--"));
  EXPECT_THAT(output, HasSubstr("countersign-acme-20260101-20270101/data/records.jsonl"));
}

}  // namespace
}  // namespace countersign::testing
