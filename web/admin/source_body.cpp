#include "web/admin/source_body.h"

#include "collector/adapters/adapter.h"
#include "collector/signatures/scheme.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretsMax = 4;
constexpr std::size_t kSecretBytesMax = 8'192;       ///< a key file, which is one secret of many lines
constexpr std::size_t kCertificateBytesMax = 8'192;  ///< PEM
constexpr std::size_t kSettingsMax = 16;
constexpr std::int64_t kSilentAfterMaxS = 366ll * 86'400;

Asked<void> read_pull(const json::object& body, ingest::NewSource& out) {
  const auto* found = body.if_contains("pull");
  if (found == nullptr) return {};
  const auto* pull = found->if_object();
  if (pull == nullptr) return bad("pull must be an object with url and settings");
  if (auto fits = only(*pull, {"url", "settings"}); !fits) return fits;
  auto url = text(*pull, "url");
  if (!url) return tl::unexpected(std::move(url.error()));
  if (!url->starts_with("https://")) return bad("pull.url must begin with https://");
  out.pull_url = std::move(*url);
  const auto* settings = pull->if_contains("settings");
  if (settings == nullptr) return {};
  if (!settings->is_object() || settings->get_object().size() > kSettingsMax)
    return bad(fmt::format("pull.settings must be an object of at most {} texts", kSettingsMax));
  for (const auto& member : settings->get_object()) {
    const std::string name(member.key());
    auto value = text(settings->get_object(), name);
    // The name is the sender's.
    if (!value) return bad("pull.settings must hold texts of at most 256 bytes");
    out.pull_settings[name] = std::move(*value);
  }
  return {};
}

/// Names of the code's own tables, so that no message has to repeat one that is none.
Asked<void> check_names(const ingest::NewSource& source) {
  if (!base::parse_source(source.name.value()))
    return bad("source must be a name of a-z, 0-9, '-', '.' and '_', at most 63 characters");
  if (source.adapter != ingest::kNativeAdapter && adapters::find_adapter(source.adapter) == nullptr)
    return bad("there is no adapter of that name; GET /v1/admin/source-kinds names them");
  if (!source.scheme.empty() && source.scheme != "token" && signatures::find_scheme(source.scheme) == nullptr)
    return bad("there is no scheme of that name; GET /v1/admin/source-kinds names them");
  return {};
}

}  // namespace

Asked<SourceWish> read_source(const json::object& body, const endpoints::Asker& asker) {
  auto fits = only(body, {"source", "adapter", "tenants", "scheme", "secrets", "certificates", "url",
                          "keep_raw", "silent_after_s", "pull"});
  if (!fits) return tl::unexpected(std::move(fits.error()));
  SourceWish out;
  auto name = text(body, "source"), adapter = text(body, "adapter"), scheme = text(body, "scheme"),
       url = text(body, "url");
  for (const auto* one : {&name, &adapter, &scheme, &url})
    if (!*one) return tl::unexpected(one->error());
  auto secrets = texts(body, "secrets", kSecretsMax, kSecretBytesMax);
  if (!secrets) return tl::unexpected(std::move(secrets.error()));
  auto certificates = texts(body, "certificates", ingest::kCertificatesMax, kCertificateBytesMax);
  if (!certificates) return tl::unexpected(std::move(certificates.error()));
  const auto keep_raw = flag(body, "keep_raw");
  if (!keep_raw) return tl::unexpected(keep_raw.error());
  const auto silent_after_s = number(body, "silent_after_s", kSilentAfterMaxS);
  if (!silent_after_s) return tl::unexpected(silent_after_s.error());
  auto named = tenants(body, asker);
  if (!named) return tl::unexpected(std::move(named.error()));
  out.source.name = base::SourceName(std::move(*name));
  if (!adapter->empty()) out.source.adapter = std::move(*adapter);
  out.source.scheme = std::move(*scheme);
  out.source.url = std::move(*url);
  out.source.secrets = std::move(*secrets);
  out.source.keep_raw = *keep_raw;
  out.source.silent_after_s = *silent_after_s;
  out.source.tenants = std::move(*named);
  out.certificates = std::move(*certificates);
  if (auto good = check_names(out.source); !good) return tl::unexpected(std::move(good.error()));
  if (auto good = read_pull(body, out.source); !good) return tl::unexpected(std::move(good.error()));
  if (asker.who->all_tenants) return out;
  if (out.source.tenants.empty()) return bad("name the tenants that the source may send for", 403);
  if (!out.source.pull_url.empty())
    return bad(
        "a source that is polled is for an admin of all tenants to make: the appliance calls its address",
        403);
  return out;
}

}  // namespace countersign::admin
