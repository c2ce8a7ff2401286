#include "apps/daemon/operations/certificate_watch.h"
#include "apps/daemon/operations/operations.h"
#include "ledger/base/file.h"
#include "ledger/crypto/x509.h"
#include "tests/apps/log_lines.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace countersign::apps {
namespace {

TEST(CertificateWatch, WarnsAt30And7And1DaysAndAtTheEnd) {
  constexpr std::int64_t kDay = 86'400'000'000;
  const base::Timestamp end{100 * kDay};
  EXPECT_EQ(warning_due(end, {69 * kDay}), 1'000);
  EXPECT_EQ(warning_due(end, {70 * kDay}), 30);
  EXPECT_EQ(warning_due(end, {92 * kDay}), 30);
  EXPECT_EQ(warning_due(end, {93 * kDay}), 7);
  EXPECT_EQ(warning_due(end, {99 * kDay}), 1);
  EXPECT_EQ(warning_due(end, {100 * kDay - 1}), 1);
  EXPECT_EQ(warning_due(end, {100 * kDay}), 0);
}

/// A listener for syslog with TLS beside plain HTTP, as behind a proxy, and a certificate that a test writes.
class Certificates : public ::testing::Test {
 protected:
  Certificates() {
    config_.file = dir_ / "countersign.toml";
    config_.listen.tls = false;
    config_.syslog.resize(1);
    config_.keys.tls_certificate = dir_ / "tls.pem";
    config_.keys.signer_certificate = dir_ / "signer.pem";
    issue(config_.keys.tls_certificate, 100);
    issue(config_.keys.signer_certificate, 1'000);
  }
  void issue(const std::filesystem::path& file, std::int64_t days) {
    crypto::CertificateRequest request;
    request.common_name = "listener";
    request.use = crypto::CertificateUse::tls_server;
    request.not_before = {0};
    request.not_after = {days * 86'400'000'000};
    request.dns_names = {"localhost"};
    const auto made = crypto::make_self_signed(*crypto::SigningKey::generate(), request);
    ASSERT_TRUE(base::write_file_durably(file, made->to_pem(), base::FileMode::readable));
  }
  bool says(const std::string& line) const {
    return metrics_.to_prometheus().find(line + "\n") != std::string::npos;
  }
  bool watches(std::int64_t days) const {
    return says("countersign_certificate_expiry_timestamp_seconds{certificate=\"tls\"} " +
                std::to_string(days * 86'400));
  }
  bool counts_as_good() const { return says("countersign_config_last_reload_successful 1"); }

  testing::TempDir dir_;
  Config config_;
  base::Metrics metrics_;
};

TEST_F(Certificates, AreWatchedWhereSyslogAloneHasTls) {
  const Operations operations(config_, metrics_);
  EXPECT_TRUE(watches(100)) << metrics_.to_prometheus();
}

TEST_F(Certificates, AreNotWatchedWhereNobodyServesThem) {
  config_.syslog.front().tls = false;
  const Operations operations(config_, metrics_);
  EXPECT_EQ(metrics_.to_prometheus().find("certificate=\"tls\""), std::string::npos);
}

TEST_F(Certificates, StayWatchedAsTheyAreServedWhereTheFileCouldNotBeUsed) {
  const Lines lines;
  set_log_level(LogLevel::info);
  Operations operations(config_, metrics_);
  issue(config_.keys.tls_certificate, 200);
  const base::Result<void> refused = base::fail(base::Code::invalid_argument, "the key is another's");
  for (int i = 0; i < 2; ++i) {
    operations.reloaded(config_.members, config_, refused);
    EXPECT_TRUE(watches(100));
    EXPECT_FALSE(counts_as_good());
  }
  operations.reloaded(config_.members, config_, {});
  EXPECT_TRUE(watches(200));
  EXPECT_TRUE(counts_as_good());
  std::vector<std::string> events;
  for (const auto& line : lines.take()) events.emplace_back(line.at("event").as_string());
  EXPECT_EQ(events,
            (std::vector<std::string>{"config.reloaded", "certificate.not_reloaded", "config.reloaded",
                                      "certificate.not_reloaded", "config.reloaded"}))
      << "each reload that failed is told of";
}

}  // namespace
}  // namespace countersign::apps
