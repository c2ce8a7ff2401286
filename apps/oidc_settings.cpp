#include "apps/oidc_settings.h"

#include "apps/config_table.h"
#include "apps/scim_settings.h"
#include "apps/secret_source.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "web/api/oidc_providers.h"
#include "web/oidc/fetch.h"

#include <algorithm>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kDisplayNameMax = 64;

/// `realm_access.roles` as steps.
std::vector<std::string> steps_of(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const auto end = text.find('.');
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

base::Result<OidcSettings> read_provider(const std::string& name, Table& table,
                                         const std::filesystem::path& folder) {
  OidcSettings out;
  const auto member = "oidc." + name;
  out.name = out.display_name = name;
  std::vector<std::string> scopes;
  table.text("display_name", out.display_name);
  table.text("issuer", out.issuer);
  table.text("client_id", out.client_id);
  table.path("client_secret_file", folder, out.client_secret_file);
  table.path("ca_file", folder, out.ca_file);
  table.texts("scopes", scopes);
  table.number("clock_skew_s", 0, 300, out.clock_skew_s);
  if (table.is_text("roles_claim")) {
    std::string path;
    table.text("roles_claim", path);
    out.roles_claim = steps_of(path);
  } else {
    table.texts("roles_claim", out.roles_claim);
  }
  auto rights = table.tables("rights");
  TRY(table.finish());
  if (!is_setting_name(name))
    return refuse_setting(member, "must be named with small letters, digits and '-', at most 32 of them");
  if (out.display_name.empty() || out.display_name.size() > kDisplayNameMax)
    return refuse_setting(member + ".display_name", "must have 1 to 64 bytes");
  if (!scopes.empty()) out.scopes = std::move(scopes);
  for (auto& one : rights) {
    TRY_ASSIGN(auto read, read_group_rights(one, member + ".rights"));
    out.rights.push_back(std::move(read));
  }
  return out;
}

/// All but the secret.
oidc::Options options_of(const OidcSettings& from, const std::string& address) {
  oidc::Options out;
  out.issuer = from.issuer;
  out.client_id = from.client_id;
  out.redirect_uri = redirect_uri_of(address, from.name);
  out.scopes = from.scopes;
  out.roles_claim = from.roles_claim;
  if (!from.external_id_claim.empty()) out.external_id_claim = from.external_id_claim;
  for (const auto& one : from.rights) out.roles.emplace(one.group, std::string(to_string(one.role)));
  out.clock_skew_s = from.clock_skew_s;
  out.ca_file = from.ca_file;
  // Nothing that a provider elsewhere says makes the appliance ask this machine in the clear.
  out.http_on_loopback = from.issuer.starts_with("http://");
  return out;
}

SecretSource client_secret_of(const OidcSettings& of) {
  return {fmt::format("oidc.{}.client_secret_file", of.name),
          of.client_secret_file,
          {},
          "the secret that the provider gave"};
}

}  // namespace

base::Result<std::vector<OidcSettings>> read_oidc(Table& top, const std::filesystem::path& folder) {
  std::vector<OidcSettings> out;
  for (auto& [name, table] : top.named_tables("oidc")) {
    TRY_ASSIGN(auto read, read_provider(name, table, folder));
    out.push_back(std::move(read));
  }
  return out;
}

base::Result<void> check_oidc(const std::vector<OidcSettings>& providers, const std::string& address) {
  std::set<std::string> issuers;
  for (const auto& one : providers) {
    const auto member = "oidc." + one.name;
    if (address.empty())
      return refuse_setting(
          "access.address",
          fmt::format("must be set for [{}]: the provider sends browsers back to it", member));
    if (one.rights.empty() && !one.provisioned)
      return refuse_setting("[[" + member + ".rights]]",
                            "must stand at least once: who is in no group that it names cannot sign in");
    if (!one.rights.empty() && one.provisioned)
      return refuse_setting("[[" + member + ".rights]]",
                            "must not stand beside scim.provider: [[scim.rights]] say what groups give");
    if (!issuers.insert(one.issuer).second)
      return refuse_setting(member + ".issuer", "must not be that of another provider");
    if (auto good = oidc::check(options_of(one, address)); !good) return fail(member, good.error());
  }
  return {};
}

std::string redirect_uri_of(const std::string& address, const std::string& name) {
  return fmt::format("{}/v1/oidc/{}/callback", address, name);
}

base::Result<std::unique_ptr<api::OidcProviders>> start_oidc(const std::vector<OidcSettings>& providers,
                                                             const std::string& address) {
  std::vector<api::OidcProviders::Setting> settings;
  for (const auto& one : providers) {
    auto options = options_of(one, address);
    if (!one.client_secret_file.empty()) {
      TRY_ASSIGN(options.client_secret, read_secret(client_secret_of(one)));
    }
    if (auto good = oidc::check(options); !good) return fail("oidc." + one.name, good.error());
    settings.push_back({one.name, one.display_name, std::move(options), one.rights, one.provisioned});
  }
  return std::make_unique<api::OidcProviders>(
      std::move(settings), [](const oidc::Options& options) { return oidc::http_fetch(options.ca_file); },
      base::system_clock(), crypto::system_entropy());
}

}  // namespace countersign::apps
