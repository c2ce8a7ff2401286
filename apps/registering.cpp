#include "apps/registering.h"

#include "apps/keys.h"
#include "collector/adapters/adapter.h"
#include "collector/http/url.h"
#include "collector/ingest/certificates.h"
#include "collector/ingest/usual_scheme.h"
#include "collector/pull/puller.h"
#include "collector/signatures/scheme.h"
#include "ledger/crypto/x509.h"
#include "ledger/vault/keys.h"
#include "web/senders/host.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <span>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

base::Result<void> check_pull(const ingest::NewSource& source) {
  if (source.pull_url.empty()) {
    if (source.pull_settings.empty()) return {};
    return fail(Code::invalid_argument, "settings of polling are for a source that is polled");
  }
  const auto* puller = pull::find_puller(source.adapter);
  if (puller == nullptr)
    return fail(Code::invalid_argument,
                fmt::format("a source of the adapter {} cannot be polled", source.adapter));
  TRY_ASSIGN(const auto url, http::parse_url(source.pull_url));
  const bool loopback = url.host == "localhost" || url.host.starts_with("127.") || url.host == "::1";
  if (!url.tls && !loopback)
    return fail(Code::invalid_argument, "a source is polled at an address that begins with https://");
  if (source.secrets.empty())
    return fail(Code::invalid_argument,
                fmt::format("a source that is polled needs a secret: {}", puller->credential));
  return pull::check_settings(*puller, source.pull_settings);
}

json::array settings_of(std::span<const pull::Setting> settings) {
  json::array out;
  for (const auto& one : settings)
    out.push_back({{"setting", one.name}, {"required", one.required}, {"about", one.about}});
  return out;
}

json::object adapter_document(std::string_view name, std::string_view title) {
  json::object out{{"adapter", name},
                   {"title", title},
                   {"needs_one_tenant", name != ingest::kNativeAdapter},
                   {"usual_scheme", ingest::usual_scheme(name)}};
  if (const auto* puller = pull::find_puller(name)) {
    auto settings = settings_of(puller->settings);
    for (auto& common : settings_of(pull::common_settings())) settings.push_back(std::move(common));
    out["pull"] = {{"credential", puller->credential}, {"settings", std::move(settings)}};
  }
  return out;
}

/// What the machine calls itself.
std::string own_name() {
  constexpr std::size_t kNameBytesMax = 256;
  std::array<char, kNameBytesMax> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

}  // namespace

std::string source_address(const Config& config, const ingest::Source& source) {
  if (!source.pull_url.empty()) return source.pull_url;
  const auto path = source.scheme.empty() && source.is_native()
                        ? std::string("/v1/events")
                        : fmt::format("/v1/hooks/{}", source.name.value());
  if (!source.url.empty()) return source.url + path;
  const auto& listen = config.listen;
  const auto* scheme = listen.tls ? "https" : "http";
  if (listen.address != "0.0.0.0" && listen.address != "::")
    return fmt::format("{}://{}:{}{}", scheme, senders::in_url(listen.address), listen.port, path);
  // It listens on every address, and nobody can send to that.
  if (!config.access.address.empty()) return config.access.address + path;
  return fmt::format("{}://{}:{}{}", scheme, own_name(), listen.port, path);
}

base::Result<void> settle_source(ingest::NewSource& source) {
  TRY(check_pull(source));
  if (source.scheme.empty() && !source.secrets.empty() && source.pull_url.empty())
    source.scheme = ingest::usual_scheme(source.adapter);
  if (source.scheme == "token") source.scheme.clear();
  return {};
}

base::Result<std::string> register_source(const Config& config, const ingest::NewSource& source) {
  TRY_ASSIGN(const auto held, hold_kek(config));
  TRY_ASSIGN(const auto key, vault::read_key_encryption_key(config.keys.vault));
  return ingest::add_source(config.registry(), source, key.newest(), base::system_clock(),
                            crypto::system_entropy());
}

base::Result<base::Digest> client_certificate(const Config& config, const std::string& text) {
  if (!config.listen.client_certificates)
    return fail(Code::failed_precondition,
                fmt::format("countersignd asks for no client certificate: set client_certificates = true in "
                            "[listen] of {} and restart it",
                            config.file.string()));
  if (text.find("-----BEGIN") == std::string::npos) return ingest::parse_fingerprint(text);
  TRY_ASSIGN(const auto certificate, crypto::Certificate::from_pem(text));
  if (certificate.not_after() < base::system_clock()())
    return fail(Code::invalid_argument, fmt::format("the certificate ended on {}: register one that is valid",
                                                    base::format_rfc3339(certificate.not_after())));
  return certificate.fingerprint();
}

json::object source_kinds(const Config& config) {
  json::array adapters, schemes;
  adapters.push_back(adapter_document(ingest::kNativeAdapter, "Countersign's own events"));
  for (const auto& one : adapters::all_adapters()) adapters.push_back(adapter_document(one.name, one.title));
  schemes.push_back(
      {{"scheme", "token"}, {"title", "a bearer token"}, {"made_here", true}, {"proof", "token"}});
  for (const auto& one : signatures::all_schemes()) {
    json::object scheme{{"scheme", one.name},
                        {"title", one.title},
                        {"made_here", one.secret.empty()},
                        {"proof", record::to_string(one.proof)}};
    if (!one.secret.empty()) scheme["credential"] = one.secret;
    schemes.push_back(std::move(scheme));
  }
  return {{"adapters", std::move(adapters)},
          {"schemes", std::move(schemes)},
          {"client_certificates", config.listen.client_certificates}};
}

base::Result<base::RegionId> choose_region(const Config& config, const std::string& asked) {
  if (asked.empty()) {
    if (config.regions.size() == 1) return config.regions.front();
    return fail(Code::invalid_argument, "this appliance keeps several regions; choose one with --region");
  }
  for (const auto& region : config.regions) {
    if (region.value() == asked) return region;
  }
  return fail(Code::not_found, fmt::format("this appliance does not keep region {}", asked));
}

base::Result<base::RegionId> register_tenant(const Config& config, const std::string& name,
                                             const std::string& asked,
                                             const std::optional<std::string>& moved_to,
                                             const ingest::Author& by) {
  TRY_ASSIGN(const auto tenant, base::parse_tenant(name));
  base::RegionId region(asked);
  if (!moved_to && !config.elsewhere.contains(region)) {
    TRY_ASSIGN(region, choose_region(config, asked));
  } else {
    TRY_ASSIGN(region, base::parse_region(asked));
  }
  TRY(ingest::add_tenant(config.registry(), tenant, region, moved_to, base::system_clock(), by));
  return region;
}

}  // namespace countersign::apps
