#include "apps/signer.h"

#include "apps/keys.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

namespace fs = std::filesystem;

constexpr std::uint64_t kPemBytesMax = 1 << 20;
constexpr std::int64_t kMicrosPerDay = 86'400LL * 1'000'000;
constexpr std::int64_t kCertificateDays = 3650;

base::Result<std::string> read_pem(const fs::path& file, std::string_view setting) {
  auto pem = base::read_file(file, kPemBytesMax);
  if (!pem && pem.error().code == Code::not_found)
    return fail(
        Code::not_found,
        fmt::format("{} (setting {}) is not there; put back its copy, or make a new key and certificate "
                    "with: countersign key rotate signer",
                    file.string(), setting));
  return pem;
}

base::Result<crypto::Certificate> read_certificate(const fs::path& file) {
  TRY_ASSIGN(const auto pem, read_pem(file, "keys.signer_certificate"));
  auto certificate = crypto::Certificate::from_pem(pem);
  if (!certificate) return fail(file.string() + " (setting keys.signer_certificate)", certificate.error());
  return certificate;
}

base::Result<crypto::SigningKey> read_key(const fs::path& file) {
  TRY_ASSIGN(auto pem, read_pem(file, "keys.signer_key"));
  auto key = crypto::SigningKey::from_pem(pem);
  std::fill(pem.begin(), pem.end(), '\0');
  if (!key) return fail(file.string() + " (setting keys.signer_key)", key.error());
  return key;
}

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored);
}

/// The files as they are now; the certificate may be the next one, whose key has taken its place already.
base::Result<BundleSigner> read_once(const Config& config) {
  TRY_ASSIGN(auto key, read_key(config.keys.signer_key));
  const auto next = next_of(config.keys.signer_certificate);
  if (is_there(next)) {
    auto certificate = read_certificate(next);
    if (certificate && key.belongs_to(*certificate))
      return BundleSigner{std::move(*certificate), std::move(key)};
  }
  TRY_ASSIGN(auto certificate, read_certificate(config.keys.signer_certificate));
  if (!key.belongs_to(certificate))
    return fail(
        Code::failed_precondition,
        fmt::format("the certificate {} (setting keys.signer_certificate) is not for the key {} (setting "
                    "keys.signer_key): put back the two that belong together, or make new ones with: "
                    "countersign key rotate signer",
                    config.keys.signer_certificate.string(), config.keys.signer_key.string()));
  return BundleSigner{std::move(certificate), std::move(key)};
}

}  // namespace

base::Result<BundleSigner> read_signer(const Config& config) {
  auto signer = read_once(config);
  // A rotation may have come in between the two files.
  if (!signer) signer = read_once(config);
  return signer;
}

base::Result<BundleSigner> make_signer(const Config& config) {
  TRY_ASSIGN(auto key, crypto::SigningKey::generate());
  crypto::CertificateRequest request;
  request.common_name = ("Countersign evidence " + config.origin).substr(0, 64);
  request.not_before = base::system_clock()();
  request.not_after = {request.not_before.micros + kCertificateDays * kMicrosPerDay};
  TRY_ASSIGN(auto certificate, crypto::make_self_signed(key, request));
  return BundleSigner{std::move(certificate), std::move(key)};
}

bool has_next_signer(const Config& config) { return is_there(next_of(config.keys.signer_certificate)); }

base::Result<BundleSigner> prepare_next_signer(const Config& config) {
  const auto next_key = next_of(config.keys.signer_key);
  const auto next_certificate = next_of(config.keys.signer_certificate);
  if (is_there(next_certificate)) {
    TRY_ASSIGN(auto certificate, read_certificate(next_certificate));
    for (const auto& file : {next_key, config.keys.signer_key}) {
      if (!is_there(file)) continue;
      TRY_ASSIGN(auto key, read_key(file));
      if (key.belongs_to(certificate)) return BundleSigner{std::move(certificate), std::move(key)};
    }
  }
  // The certificate comes last: where it is, its key is.
  TRY_ASSIGN(auto signer, make_signer(config));
  const auto pem = signer.key.to_pem();
  TRY(base::write_file_durably(next_key, base::text_of(pem.view()), base::FileMode::secret));
  TRY(base::write_file_durably(next_certificate, signer.certificate.to_pem(), base::FileMode::readable));
  return signer;
}

base::Result<void> switch_signer(const Config& config) {
  const auto& file = config.keys.signer_certificate;
  const auto next_key = next_of(config.keys.signer_key);
  const auto next_certificate = next_of(file);
  if (const auto before = read_certificate(file)) {
    const auto digits = base::to_hex(before->fingerprint().view()).substr(0, 8);
    const auto kept = file.parent_path() / fmt::format("{}-{}.pem", file.stem().string(), digits);
    TRY(base::write_file_durably(kept, before->to_pem(), base::FileMode::readable));
  }
  if (is_there(next_key)) TRY(base::replace_file_durably(next_key, config.keys.signer_key));
  TRY_ASSIGN(const auto pem, base::read_file(next_certificate, kPemBytesMax));
  TRY(base::write_file_durably(file, pem, base::FileMode::readable));
  std::error_code ignored;
  fs::remove(next_certificate, ignored);
  return {};
}

}  // namespace countersign::apps
