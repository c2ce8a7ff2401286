#include "apps/accounts.h"

#include "apps/keys.h"
#include "apps/system_events.h"
#include "ledger/crypto/aead.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::apps {
namespace {

std::vector<base::RegionId> regions_of(const Config& config, const ingest::Registry& registry,
                                       const auth::Account* whose) {
  if (whose == nullptr) return {config.regions.front()};
  if (whose->all_tenants) return config.regions;
  std::vector<base::RegionId> out;
  for (const auto& region : config.regions) {
    const bool concerned = std::any_of(whose->tenants.begin(), whose->tenants.end(), [&](const auto& id) {
      const auto* tenant = registry.tenant(id);
      return tenant != nullptr && tenant->was_in(region);
    });
    if (concerned) out.push_back(region);
  }
  if (out.empty()) out.push_back(config.regions.front());
  return out;
}

}  // namespace

auth::RecordAll accounts_recorder(const Config& config, CurrentRegistry registry) {
  return
      [config, registry = std::move(registry)](const std::vector<auth::Noted>& events) -> base::Result<void> {
        const auto current = registry();
        std::map<base::RegionId, std::vector<boost::json::object>> by_region;
        for (const auto& one : events) {
          const auto event = system_event_now(one.type, one.members);
          for (const auto& region : regions_of(config, *current, one.whose ? &*one.whose : nullptr))
            by_region[region].push_back(event);
        }
        for (const auto& [region, of_region] : by_region)
          TRY(leave_in_outbox(config.region_files(region), of_region));
        return {};
      };
}

auth::Record account_recorder(const Config& config, CurrentRegistry registry) {
  return [record_all = accounts_recorder(config, std::move(registry))](
             const auth::Account* whose, std::string_view type, boost::json::object members) {
    auto who = whose == nullptr ? std::nullopt : std::optional(*whose);
    return record_all({{std::move(who), std::string(type), std::move(members)}});
  };
}

auth::Sealing account_sealing(const Config& config) {
  return {[config](base::Bytes plain, const std::string& binding) -> base::Result<std::vector<std::uint8_t>> {
            TRY_ASSIGN(const auto held, hold_kek(config));
            TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
            return crypto::Aead(kek.newest()).seal(plain, binding, crypto::system_entropy());
          },
          [config](base::Bytes sealed, const std::string& binding) -> base::Result<crypto::Secret> {
            TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
            auto opened = kek.open(sealed, binding);
            if (opened) return opened;
            return base::fail(
                base::Code::data_loss,
                "the secret of an account's authenticator app cannot be opened with the "
                "key-encryption key (" +
                    kek.text() +
                    "): put back the key that it was sealed under (setting keys.vault), or have "
                    "the app enrolled anew: countersign user reset-factors NAME");
          }};
}

std::string invitation_link(const Config& config, const std::string& token) {
  const auto address = !config.access.address.empty()
                           ? config.access.address
                           : fmt::format("{}://{}:{}", config.listen.tls ? "https" : "http",
                                         config.listen.address, config.listen.port);
  return fmt::format("{}/invitation#{}", address, token);
}

base::Result<std::string> parse_access_address(const std::string& text) {
  const auto bad = [] {
    return base::fail(base::Code::invalid_argument,
                      "access.address must be https://host or https://host:port, as browsers show it");
  };
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->host().empty() || url->has_userinfo() || url->has_query() || url->has_fragment() ||
      (url->encoded_path() != "" && url->encoded_path() != "/"))
    return bad();
  // A port that is no number of 16 bits would be read as another one.
  if (const std::string port(url->port()); port.size() > 5 || (!port.empty() && std::stoul(port) > 65535))
    return bad();
  auto out = boost::urls::url(*url);
  out.normalize();
  const bool local = out.host() == "localhost" || out.host() == "127.0.0.1" || out.host() == "[::1]";
  const bool tls = out.scheme_id() == boost::urls::scheme::https;
  if (!tls && !(out.scheme_id() == boost::urls::scheme::http && local)) return bad();
  auto spelled = fmt::format("{}://{}", tls ? "https" : "http", std::string(out.host()));
  if (out.has_port() && out.port_number() != (tls ? 443 : 80))
    spelled += fmt::format(":{}", out.port_number());
  return spelled;
}

std::optional<webauthn::RelyingParty> relying_party(const Config& config) {
  if (config.access.address.empty()) return std::nullopt;
  const auto url = boost::urls::parse_uri(config.access.address);
  if (!url || url->host_type() != boost::urls::host_type::name) return std::nullopt;
  return webauthn::RelyingParty{std::string(url->host()), "Countersign", {config.access.address}};
}

}  // namespace countersign::apps
