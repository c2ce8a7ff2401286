#include "apps/doctor/checks.h"
#include "apps/listeners.h"
#include "apps/signer.h"
#include "ledger/base/file.h"
#include "ledger/crypto/server_certificate.h"

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <set>
#include <utility>

namespace countersign::doctor {
namespace {

constexpr std::uint64_t kPemBytesMax = 1u << 20;
constexpr std::int64_t kDaysFault = 7, kDaysWarning = 30;

/// The host of access.address; empty where it is not set.
std::string host_of(const apps::Config& config) {
  if (config.access.address.empty()) return "";
  const auto url = boost::urls::parse_uri(config.access.address);
  if (!url) return "";
  return url->host_name().empty() ? std::string(url->host_address()) : std::string(url->host_name());
}

/// Makes a certificate such as `init` makes.
std::string new_certificate(const Appliance& appliance) {
  const auto& keys = appliance.config.keys;
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  const auto host = host_of(appliance.config);
  if (!host.empty() && host != "localhost" && host != "127.0.0.1" && host != "::1")
    names += fmt::format(",{}:{}", crypto::is_address(host) ? "IP" : "DNS", host);
  return appliance.by_owner(fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "
      "'/CN=Countersign collector' -addext subjectAltName={} -addext extendedKeyUsage=serverAuth "
      "-keyout {} -out {}",
      names, apps::shell_word(keys.tls_key.string()), apps::shell_word(keys.tls_certificate.string())));
}

/// What renews the certificate: a command for one that signed itself, else its authority.
std::pair<std::string, std::string> renewal(const Appliance& appliance, const crypto::Certificate* now) {
  const auto& keys = appliance.config.keys;
  const auto reload = appliance.has_unit ? "then run: " + appliance.reload()
                                         : std::string("then send SIGHUP to countersignd");
  if (now == nullptr || crypto::is_self_issued(*now))
    return {fmt::format("make a new one, or have an authority issue one; {}", reload),
            new_certificate(appliance)};
  return {fmt::format("have its authority issue a new one, put it and its key into {} and {}; {}",
                      keys.tls_certificate.string(), keys.tls_key.string(), reload),
          ""};
}

Checks check_tls(const Appliance& appliance) {
  const auto& config = appliance.config;
  if (!apps::uses_tls(config)) return {};
  const auto& file = config.keys.tls_certificate;
  const auto pem = base::read_file(file, kPemBytesMax);
  const auto chain = pem ? crypto::read_certificates(*pem)
                         : base::Result<std::vector<crypto::Certificate>>(base::fail(pem.error()));
  if (!chain) {
    const auto [mend, run] = renewal(appliance, nullptr);
    return {wrong("certificate.tls",
                  fmt::format("the certificate of the listener, {}, cannot be used: {}", file.string(),
                              chain.error().message),
                  mend, run)};
  }
  const auto& certificate = chain->front();
  const auto [mend, run] = renewal(appliance, &certificate);
  Checks out{judge_validity("certificate.tls",
                            fmt::format("the certificate of the listener, {},", file.string()),
                            certificate.not_before(), certificate.not_after(), appliance.clock(), mend, run)};
  // One of the chain that ends first ends it all.
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if ((*chain)[i].not_after() < certificate.not_after())
      out.push_back(judge_validity(fmt::format("certificate.tls/{}", i),
                                   fmt::format("the certificate {} of the chain in {}", i + 1, file.string()),
                                   (*chain)[i].not_before(), (*chain)[i].not_after(), appliance.clock(), mend,
                                   run));
  }
  auto key_pem = base::read_file(config.keys.tls_key, kPemBytesMax);
  const auto same =
      key_pem ? crypto::is_key_of(*key_pem, certificate) : base::Result<bool>(base::fail(key_pem.error()));
  if (key_pem) std::fill(key_pem->begin(), key_pem->end(), '\0');
  if (!same || !*same) {
    out.push_back(wrong("certificate.tls_key",
                        !same ? fmt::format("the key {} cannot be used: {}", config.keys.tls_key.string(),
                                            same.error().message)
                              : fmt::format("the key {} is not that of the certificate {}",
                                            config.keys.tls_key.string(), file.string()),
                        fmt::format("put back the two that belong together; {}", mend), run));
  } else {
    out.push_back(well("certificate.tls_key", "the listener's key is that of its certificate"));
  }
  if (const auto host = host_of(config); !host.empty() && config.listen.tls) {
    out.push_back(
        crypto::is_for_host(certificate, host)
            ? well("certificate.tls_name", fmt::format("the certificate is for {}", host))
            : wrong("certificate.tls_name",
                    fmt::format("the certificate is not for {}, the host of access.address: clients "
                                "refuse it",
                                host),
                    mend, run));
  }
  return out;
}

Check check_signer(const Appliance& appliance) {
  const auto rotate = appliance.command("key rotate signer");
  const auto signer = apps::read_signer(appliance.config);
  if (!signer)
    return wrong("certificate.signer", signer.error().message,
                 "put back the copies; a new pair is another signer, whose fingerprint auditors must be told",
                 rotate);
  return judge_validity("certificate.signer", "the certificate that signs bundles",
                        signer->certificate.not_before(), signer->certificate.not_after(), appliance.clock(),
                        "let a new pair take over, and tell auditors its fingerprint", rotate);
}

}  // namespace

Check judge_validity(const std::string& id, const std::string& what, base::Timestamp not_before,
                     base::Timestamp not_after, base::Timestamp now, const std::string& mend,
                     const std::string& run) {
  const auto day = [](base::Timestamp time) { return base::format_rfc3339(time).substr(0, 10); };
  if (now < not_before)
    return wrong(id,
                 fmt::format("{} is not valid before {}: the clock is wrong, or the certificate", what,
                             day(not_before)),
                 mend, run);
  const auto left = not_after.micros - now.micros;
  if (left < 0) return wrong(id, fmt::format("{} has expired on {}", what, day(not_after)), mend, run);
  const auto text = fmt::format("{} is valid until {}", what, day(not_after));
  const auto soon = fmt::format("{} expires in {}, on {}", what, spell_duration(left), day(not_after));
  if (left < kDaysFault * kDay) return wrong(id, soon, mend, run);
  if (left < kDaysWarning * kDay) return doubtful(id, soon, mend, run);
  return well(id, text);
}

Checks check_certificates(const Appliance& appliance) {
  auto out = check_tls(appliance);
  out.push_back(check_signer(appliance));
  return out;
}

}  // namespace countersign::doctor
