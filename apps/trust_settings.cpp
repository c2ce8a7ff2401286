#include "apps/trust_settings.h"

#include "apps/config_table.h"
#include "ledger/base/types.h"
#include "reports/engine/catalogue.h"

#include <algorithm>
#include <string_view>

namespace countersign::apps {
namespace {

constexpr std::size_t kVendorBytesMax = 128, kContactBytesMax = 256;

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("@._+-").find(c) != std::string_view::npos;
         });
}

/// An address of a page: what could end it, or stand in no address, is none.
bool is_page(std::string_view text) {
  constexpr std::string_view kBegin = "https://";
  return text.size() > kBegin.size() && text.starts_with(kBegin) && std::ranges::all_of(text, [](char c) {
           return c > 0x20 && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
         });
}

/// The controls that support a criterion of some framework.
std::vector<std::string> all_controls() {
  std::vector<std::string> out;
  for (const auto& one : reports::Catalogue::built_in().definitions())
    if (one.kind == reports::Kind::control && !one.criteria.empty()) out.push_back(one.id);
  return out;
}

base::Result<void> check_controls(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto* found = reports::Catalogue::built_in().find(id);
    if (found == nullptr || found->kind != reports::Kind::control)
      return refuse_setting("trust.controls",
                            "must hold ids of controls, as `countersign control list` shows them");
    if (std::ranges::count(ids, id) > 1) return refuse_setting("trust.controls", "must hold each id once");
  }
  return {};
}

}  // namespace

base::Result<TrustSettings> read_trust(Table& top) {
  TrustSettings out;
  Table table = top.table("trust");
  table.flag("enabled", out.enabled);
  table.text("vendor", out.vendor);
  table.text("tenant", out.tenant);
  table.texts("controls", out.controls);
  table.text("contact", out.contact);
  table.flag("requests", out.requests);
  table.number("login_days", 1, 90, out.login_days);
  table.number("keep_days", 1, 365, out.keep_days);
  TRY(table.finish());
  if (out.vendor.size() > kVendorBytesMax || !is_plain(out.vendor))
    return refuse_setting("trust.vendor", "must be a name of at most 128 bytes without control characters");
  if (!out.tenant.empty() && !base::parse_tenant(out.tenant))
    return refuse_setting("trust.tenant", "must be the name of a tenant");
  if (!out.contact.empty() &&
      (out.contact.size() > kContactBytesMax || (!is_mail_address(out.contact) && !is_page(out.contact))))
    return refuse_setting("trust.contact", "must be a mail address, or an address that begins with https://");
  if (out.enabled && out.vendor.empty())
    return refuse_setting("trust.vendor", "must be set where trust.enabled is true");
  if (out.enabled && out.tenant.empty())
    return refuse_setting("trust.tenant", "must be set where trust.enabled is true");
  TRY(check_controls(out.controls));
  if (out.controls.empty()) out.controls = all_controls();
  return out;
}

}  // namespace countersign::apps
