// One byte of a small bundle is changed, and every one in its turn: each change that reaches a file's content
// must be found.

#include "exporters/verify/layout.h"
#include "exporters/verify/verify_bundle.h"
#include "tests/exporters/bundle_fixture.h"
#include "tests/support/every.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <archive.h>
#include <archive_entry.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using testing::BundleFixture;
using testing::kEvery;
using testing::read_whole;
using testing::TestAuthority;

/// A byte of a file.
struct Place {
  std::string file;
  std::size_t offset = 0;
};

void put_byte(const fs::path& path, std::size_t offset, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

/// Flips one bit of each place in turn, on two copies at once, and gives the places where the verdict was not
/// `failed`.
std::vector<Place> undetected(const std::vector<Place>& places, const std::array<fs::path, 2>& copies,
                              const fs::path& bundle_below, const VerifyOptions& options) {
  std::vector<Place> missed;
  std::mutex mutex;
  const auto work = [&](std::size_t which) {
    for (std::size_t i = which; i < places.size(); i += 2) {
      const auto path = copies[which] / places[i].file;
      char byte = 0;
      {
        std::ifstream file(path, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(places[i].offset));
        file.get(byte);
      }
      put_byte(path, places[i].offset, static_cast<char>(byte ^ (1 << (places[i].offset % 8))));
      const auto report = verify_bundle(copies[which] / bundle_below, options, {});
      put_byte(path, places[i].offset, byte);
      if (report && report->verdict == Verdict::failed) continue;
      const std::lock_guard guard(mutex);
      missed.push_back(places[i]);
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  return missed;
}

class ByteFlip : public ::testing::Test {
 protected:
  ByteFlip() : fixture_(2, 3), authority_(fixture_.region.dir() / "tsa") {
    request_ = fixture_.request();
    request_.period = {fixture_.received(0), {fixture_.received(3).micros + 1}};
    request_.profile = record::Profile::full;
    options_.certificates = {fixture_.signer.certificate.fingerprint()};
    options_.timestamp_authorities = authority_.roots();
    options_.threads = 1;
  }
  std::array<fs::path, 2> copies() const {
    return {fixture_.region.dir() / "one", fixture_.region.dir() / "two"};
  }

  void flip_every_file() {
    const auto folder = fixture_.make_folder(request_);
    testing::write_whole(folder / layout::kVerifyPage, "<title>stands for the page</title>\n");
    testing::reseal(folder, fixture_.signer);
    std::vector<Place> places;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      for (std::size_t offset = 0; offset < entry.file_size(); offset += kEvery)
        places.push_back({entry.path().lexically_relative(folder).string(), offset});
    }
    for (const auto& copy : copies()) fs::copy(folder, copy, fs::copy_options::recursive);
    ASSERT_EQ(verify_bundle(copies()[0], options_, {})->verdict, Verdict::verified);
    const auto missed = undetected(places, copies(), "", options_);
    for (const auto& place : missed) ADD_FAILURE() << place.file << " byte " << place.offset;
    ASSERT_EQ(verify_bundle(copies()[1], options_, {})->verdict, Verdict::verified);
    EXPECT_GT(places.size(), 10'000U / kEvery);
  }

  BundleFixture fixture_;
  TestAuthority authority_;
  bundle::BundleRequest request_;
  VerifyOptions options_;
};

TEST_F(ByteFlip, InAnyFileOfABundleIsDetected) { flip_every_file(); }

/// Without a timestamp no imprint vouches for the signature file: it must stand by itself.
TEST_F(ByteFlip, InTheSignatureAndTheTimestampIsDetected) {
  auto folder = fixture_.make_folder(request_);
  std::vector<Place> places;
  const std::string signature = "tagmanifest-sha256.txt.p7s", timestamp = "tagmanifest-sha256.txt.p7s.tsr";
  for (std::size_t offset = 0; offset < fs::file_size(folder / signature); ++offset)
    places.push_back({signature, offset});
  for (const auto& copy : copies()) fs::copy(folder, copy, fs::copy_options::recursive);
  for (const auto& copy : copies()) fs::remove(copy / timestamp);
  ASSERT_EQ(verify_bundle(copies()[0], options_, {})->verdict, Verdict::verified);
  for (const auto& place : undetected(places, copies(), "", options_))
    ADD_FAILURE() << place.file << " byte " << place.offset;

  request_.timestamp = authority_.call();
  request_.output = fixture_.region.dir() / "timestamped.zip";
  folder = fixture_.make_folder(request_);
  places.clear();
  for (std::size_t offset = 0; offset < fs::file_size(folder / timestamp); ++offset)
    places.push_back({timestamp, offset});
  for (const auto& copy : copies()) {
    fs::remove_all(copy);
    fs::copy(folder, copy, fs::copy_options::recursive);
  }
  ASSERT_EQ(verify_bundle(copies()[0], options_, {})->verdict, Verdict::verified);
  for (const auto& place : undetected(places, copies(), "", options_))
    ADD_FAILURE() << place.file << " byte " << place.offset;
}

std::uint32_t little_endian(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// Every how many bytes of an entry are flipped. The page is large, and nothing looks at it but the manifest.
std::size_t stride_of(std::string_view name) { return name == layout::kVerifyPage ? 997 * kEvery : kEvery; }

/// What is known of the bytes of a zip.
struct ZipBytes {
  /// Those that are content of an entry: compressed data, but for the last byte of each, of which deflate may
  /// leave bits unused.
  std::vector<bool> content;
  std::vector<bool> flipped;  ///< those to flip
};

ZipBytes bytes_of_zip(const std::string& zip) {
  ZipBytes bytes{std::vector<bool>(zip.size(), false), std::vector<bool>(zip.size(), false)};
  for (std::size_t i = 0; i < zip.size(); i += kEvery) bytes.flipped[i] = true;
  const auto end = zip.rfind("PK\x05\x06");
  std::size_t at = little_endian(zip, end + 16, 4);
  for (auto left = little_endian(zip, end + 10, 2); left > 0; --left) {
    const auto compressed = little_endian(zip, at + 20, 4);
    const auto local = little_endian(zip, at + 42, 4);
    const auto data = local + 30 + little_endian(zip, local + 26, 2) + little_endian(zip, local + 28, 2);
    const auto name = std::string_view(zip).substr(at + 46, little_endian(zip, at + 28, 2));
    const auto stride = stride_of(name.substr(name.find('/') + 1));
    for (std::size_t i = data; i + 1 < data + compressed; ++i) {
      bytes.content[i] = true;
      if (stride != kEvery) bytes.flipped[i] = (i - data) % stride == 0;
    }
    at +=
        46 + little_endian(zip, at + 28, 2) + little_endian(zip, at + 30, 2) + little_endian(zip, at + 32, 2);
  }
  return bytes;
}

/// The files of an archive and what is in them.
std::map<std::string, std::string> files_of(const fs::path& path) {
  std::map<std::string, std::string> files;
  archive* handle = archive_read_new();
  archive_read_support_format_zip_seekable(handle);
  EXPECT_EQ(archive_read_open_filename(handle, path.c_str(), 65536), ARCHIVE_OK);
  for (archive_entry* entry = nullptr; archive_read_next_header(handle, &entry) == ARCHIVE_OK;) {
    auto& content = files[archive_entry_pathname(entry)];
    char buffer[65536];
    for (la_ssize_t count; (count = archive_read_data(handle, buffer, sizeof buffer)) > 0;)
      content.append(buffer, static_cast<std::size_t>(count));
  }
  archive_read_free(handle);
  return files;
}

TEST_F(ByteFlip, InAZipIsDetectedOrIsFraming) {
  const auto archive = fixture_.make(request_);
  const auto zip = read_whole(archive);
  const auto bytes = bytes_of_zip(zip);
  std::vector<Place> places;
  for (std::size_t offset = 0; offset < zip.size(); ++offset) {
    if (bytes.flipped[offset]) places.push_back({"bundle.zip", offset});
  }
  for (const auto& copy : copies()) {
    fs::create_directories(copy);
    fs::copy_file(archive, copy / "bundle.zip");
  }
  const auto missed = undetected(places, copies(), "bundle.zip", options_);
  const auto files = files_of(archive);
  std::size_t in_content = 0;
  for (const auto& place : missed) {
    if (!bytes.content[place.offset]) continue;
    // Deflate has more than one spelling for the same bytes.
    ++in_content;
    auto flipped = zip;
    flipped[place.offset] = static_cast<char>(flipped[place.offset] ^ (1 << (place.offset % 8)));
    testing::write_whole(archive, flipped);
    EXPECT_EQ(files_of(archive), files) << "byte " << place.offset;
  }
  EXPECT_LT(in_content, 10U);
  // What may change unseen: names and sizes that stand twice, dates, versions, attributes.
  EXPECT_GT(missed.size(), 0U);
  EXPECT_LT(missed.size(), places.size() / 4);
  fmt::print("{} of {} bytes of the archive are framing that nobody reads\n", missed.size(), places.size());
}

}  // namespace
}  // namespace countersign::verify
