#include "apps/daemon/operations/certificate_watch.h"

#include "apps/daemon/logging.h"
#include "ledger/base/file.h"
#include "ledger/crypto/x509.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>

namespace countersign::apps {
namespace {

constexpr std::int64_t kMicros = 1'000'000, kDayMicros = 86'400 * kMicros;
constexpr std::uint64_t kPemBytesMax = 1u << 20;
constexpr int kNoWarning = 1'000;

base::Result<crypto::Certificate> read_certificate(const std::filesystem::path& file) {
  TRY_ASSIGN(const auto pem, base::read_file(file, kPemBytesMax));
  return crypto::Certificate::from_pem(pem);
}

}  // namespace

int warning_due(base::Timestamp not_after, base::Timestamp now) {
  constexpr std::array<int, 4> kDays{0, 1, 7, 30};
  for (const int days : kDays) {
    if (not_after.micros - now.micros <= days * kDayMicros) return days;
  }
  return kNoWarning;
}

void CertificateWatch::read(const std::string& name, const std::filesystem::path& file) {
  const auto certificate = read_certificate(file);
  if (!certificate) {
    if (!unreadable_.insert(name).second) return;
    LogFields fields;
    fields.text("certificate", name);
    return log_event(
        spdlog::level::err, "certificate.not_watched",
        fmt::format("the expiry of {} is not watched: {}", file.string(), certificate.error().message),
        fields);
  }
  unreadable_.erase(name);
  const auto known = watched_.find(name);
  if (known != watched_.end() && known->second.not_after == certificate->not_after()) return;
  watched_[name] = {file, certificate->not_after(), kNoWarning};
  metrics_
      .get("countersign_certificate_expiry_timestamp_seconds", "When a certificate expires",
           base::MetricType::gauge, {{"certificate", name}})
      .set(certificate->not_after().micros / kMicros);
}

void CertificateWatch::look(base::Timestamp now) {
  for (auto& [name, one] : watched_) {
    const int due = warning_due(one.not_after, now);
    if (due >= one.warned_days) continue;
    one.warned_days = due;
    LogFields fields;
    fields.text("certificate", name).text("not_after", base::format_rfc3339(one.not_after));
    const bool expired = due == 0;
    log_event(expired ? spdlog::level::err : spdlog::level::warn,
              expired ? "certificate.expired" : "certificate.expires",
              fmt::format("the certificate in {} {} at {}; put another in its place{}", one.file.string(),
                          expired ? "has expired" : "expires", base::format_rfc3339(one.not_after),
                          name == "tls" ? " and reload: systemctl reload countersign"
                                        : ": countersign key rotate signer"),
              fields);
  }
}

}  // namespace countersign::apps
