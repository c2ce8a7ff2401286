#include "ledger/crypto/tls_client.h"

#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::crypto {
namespace {

/// Cuts a ClientHello (RFC 8446 section 4.1.2) into its parts.
class Hello {
 public:
  explicit Hello(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t number(int bytes) {
    std::size_t out = 0;
    for (; bytes > 0; --bytes) out = out << 8 | static_cast<std::uint8_t>(bytes_.at(at_++));
    return out;
  }
  void skip(std::size_t bytes) { at_ += bytes; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

TEST(TlsClient, OffersNothingOlderThanTls12) {
  constexpr std::size_t kSupportedVersions = 43, kTls13 = 0x0304, kTls12 = 0x0303;
  TlsClient::Options options;
  options.host = "siem.example.com";
  auto client = TlsClient::make(options);
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_EQ(client->shake_hands(), false) << "it waits for an answer";
  Hello hello(client->to_send());
  ASSERT_EQ(hello.number(1), 22u) << "a handshake";
  hello.skip(2 + 2 + 4);  // the record's version and length, the message's type and length
  EXPECT_EQ(hello.number(2), kTls12);
  hello.skip(32);
  hello.skip(hello.number(1));
  hello.skip(hello.number(2));
  hello.skip(hello.number(1));
  hello.skip(2);
  std::vector<std::size_t> versions;
  while (!hello.at_end()) {
    const auto type = hello.number(2), length = hello.number(2);
    if (type != kSupportedVersions) {
      hello.skip(length);
      continue;
    }
    for (auto left = hello.number(1); left > 0; left -= 2) versions.push_back(hello.number(2));
  }
  EXPECT_EQ(versions, (std::vector<std::size_t>{kTls13, kTls12}));
}

}  // namespace
}  // namespace countersign::crypto
