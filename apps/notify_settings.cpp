#include "apps/notify_settings.h"

#include "apps/config_table.h"
#include "apps/outgoing.h"
#include "collector/http/url.h"
#include "ledger/base/types.h"
#include "web/senders/host.h"
#include "web/senders/webhook.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using Transport = senders::SyslogOptions::Transport;
using Tls = senders::MailOptions::Tls;

constexpr std::size_t kDestinationsMax = 32, kRetriesMax = 20, kAddressesMax = 50;
constexpr std::int64_t kRetryMost_s = 7 * 86'400;

base::Result<WebhookSettings> read_webhook(Table& table, const std::filesystem::path& folder,
                                           bool allow_plain) {
  WebhookSettings out;
  std::string secret;
  table.text("url", out.url);
  table.text("secret", secret);
  table.path("ca_file", folder, out.ca_file);
  TRY(table.finish());
  const auto url = http::parse_url(out.url);
  if (!url) return refuse_setting("notify.url", "must be an https:// address: " + url.error().message);
  TRY(check_plain(url->tls, url->host, allow_plain, "notify.url"));
  TRY_ASSIGN(out.secret, parse_secret_source("notify.secret", secret, folder));
  if (!out.secret.is_set())
    return refuse_setting("notify.secret",
                          "must name a file with a whsec_… or a credential: credential:NAME");
  return out;
}

base::Result<senders::SyslogOptions> read_syslog(Table& table, const std::filesystem::path& folder,
                                                 bool allow_plain) {
  constexpr std::array<std::pair<std::string_view, Transport>, 3> kSchemes = {
      {{"tls://", Transport::tls}, {"tcp://", Transport::tcp}, {"udp://", Transport::udp}}};
  senders::SyslogOptions out;
  std::string address;
  table.text("address", address);
  table.number("facility", 0, 23, out.facility);
  table.path("ca_file", folder, out.ca_file);
  TRY(table.finish());
  const auto scheme =
      std::ranges::find_if(kSchemes, [&](const auto& one) { return address.starts_with(one.first); });
  if (scheme == kSchemes.end())
    return refuse_setting("notify.address",
                          "must begin with tls://, tcp:// or udp://, such as tls://siem.example.com:6514");
  out.transport = scheme->second;
  const auto where = senders::parse_host_and_port(std::string_view(address).substr(scheme->first.size()));
  if (!where)
    return refuse_setting("notify.address",
                          fmt::format("behind {} {}", scheme->first, where.error().message));
  out.host = where->host;
  out.port = where->port;
  TRY(check_plain(out.transport == Transport::tls, out.host, allow_plain, "notify.address"));
  return out;
}

base::Result<EmailSettings> read_email(Table& table, const std::filesystem::path& folder, bool allow_plain) {
  constexpr std::array<std::pair<std::string_view, Tls>, 3> kWays = {
      {{"starttls", Tls::starttls}, {"tls", Tls::tls}, {"none", Tls::none}}};
  EmailSettings out;
  std::string server, tls = "starttls", password;
  table.text("server", server);
  table.text("tls", tls);
  table.text("user", out.mail.user);
  table.text("password", password);
  table.text("from", out.mail.envelope.from);
  table.texts("to", out.mail.envelope.to);
  table.path("ca_file", folder, out.mail.ca_file);
  TRY(table.finish());
  const auto way = std::ranges::find(kWays, tls, &std::pair<std::string_view, Tls>::first);
  if (way == kWays.end()) return refuse_setting("notify.tls", "must be \"starttls\", \"tls\" or \"none\"");
  out.mail.tls = way->second;
  const auto where = senders::parse_host_and_port(server);
  if (!where) return refuse_setting("notify.server", where.error().message);
  out.mail.host = where->host;
  out.mail.port = where->port;
  TRY(check_plain(out.mail.tls != Tls::none, out.mail.host, allow_plain, "notify.server"));
  if (!senders::is_mail_address(out.mail.envelope.from))
    return refuse_setting("notify.from", "must be an address, such as countersign@example.com");
  const auto& to = out.mail.envelope.to;
  if (to.empty() || to.size() > kAddressesMax || !std::ranges::all_of(to, senders::is_mail_address))
    return refuse_setting("notify.to", fmt::format("must be a list of 1 to {} addresses", kAddressesMax));
  TRY_ASSIGN(out.password, parse_secret_source("notify.password", password, folder));
  if (out.password.is_set() == out.mail.user.empty())
    return refuse_setting("notify.user and notify.password", "must both stand there, or neither");
  if (out.password.is_set() && out.mail.tls == Tls::none && !senders::is_loopback(out.mail.host))
    return refuse_setting("notify.password", "is not sent to another machine without TLS");
  return out;
}

base::Result<void> read_retries(Table& table, NotifySettings& out) {
  std::vector<std::int64_t> retry_s;
  table.numbers("retry_s", 1, kRetryMost_s, retry_s);
  if (retry_s.size() > kRetriesMax)
    return refuse_setting("notify.retry_s", fmt::format("must hold at most {} numbers", kRetriesMax));
  if (!retry_s.empty()) out.retry_s = std::move(retry_s);
  return {};
}

base::Result<void> read_events(Table& table, NotifySettings& out) {
  std::vector<std::string> events;
  table.texts("events", events);
  if (events.empty()) return {};
  const std::map<std::string_view, bool*> known{{"findings", &out.findings},
                                                {"documents", &out.documents},
                                                {"answers", &out.answers},
                                                {"requests", &out.requests}};
  for (const auto& [name, wanted] : known) *wanted = false;
  for (const auto& one : events) {
    const auto found = known.find(one);
    if (found == known.end())
      return refuse_setting("notify.events",
                            "must be a list of \"findings\", \"documents\", \"answers\" and \"requests\"");
    *found->second = true;
  }
  return {};
}

base::Result<NotifySettings> read_one(Table& table, const std::filesystem::path& folder) {
  NotifySettings out;
  std::string kind;
  bool allow_plain = false;
  table.text("name", out.name);
  table.text("kind", kind);
  table.texts("tenants", out.tenants);
  table.text("least_severity", out.least_severity);
  table.flag("allow_plain", allow_plain);
  TRY(read_events(table, out));
  TRY(read_retries(table, out));
  if (kind == "webhook") {
    TRY_ASSIGN(out.how, read_webhook(table, folder, allow_plain));
  } else if (kind == "syslog") {
    TRY_ASSIGN(out.how, read_syslog(table, folder, allow_plain));
  } else if (kind == "email") {
    TRY_ASSIGN(out.how, read_email(table, folder, allow_plain));
  } else {
    return refuse_setting("notify.kind", "must be \"webhook\", \"syslog\" or \"email\"");
  }
  if (!is_setting_name(out.name))
    return refuse_setting("notify.name", "must be of small letters, digits and '-', at most 32 of them");
  for (const auto& tenant : out.tenants) {
    // Findings about the appliance itself are the system log's.
    if (auto good = base::parse_log_owner(tenant); !good) return fail("notify.tenants", good.error());
  }
  if (out.least_severity != "low" && out.least_severity != "medium" && out.least_severity != "high")
    return refuse_setting("notify.least_severity", "must be \"low\", \"medium\" or \"high\"");
  return out;
}

base::Result<notify::Send> sender_of(const WebhookSettings& settings, const FindTo&) {
  TRY_ASSIGN(const auto secret, read_secret(settings.secret));
  auto keys = senders::parse_webhook_keys(base::text_of(secret.view()));
  if (!keys) return fail(settings.secret.member, keys.error());
  senders::WebhookOptions options;
  options.url = settings.url;
  options.ca_file = settings.ca_file;
  options.keys = std::make_shared<const std::vector<crypto::Secret>>(std::move(*keys));
  return senders::webhook(std::move(options));
}

base::Result<notify::Send> sender_of(senders::SyslogOptions options, const FindTo&) {
  options.own_host = own_host();
  return senders::syslog(std::move(options));
}

base::Result<notify::Send> sender_of(const EmailSettings& settings, FindTo find_to) {
  auto options = settings.mail;
  options.find_to = std::move(find_to);
  if (settings.password.is_set()) {
    TRY_ASSIGN(auto secret, read_secret(settings.password));
    options.password = std::make_shared<const crypto::Secret>(std::move(secret));
  }
  return senders::mail(std::move(options));
}

std::string place_of(const WebhookSettings& settings) {
  const auto url = http::parse_url(settings.url);
  return "webhook " + (url ? url->host : std::string());
}
std::string place_of(const senders::SyslogOptions& options) { return "syslog " + options.host; }
std::string place_of(const EmailSettings& settings) { return "email " + settings.mail.host; }

}  // namespace

std::string NotifySettings::text() const {
  return std::visit([](const auto& one) { return place_of(one); }, how);
}

base::Result<std::vector<NotifySettings>> read_notify(Table& top, const std::filesystem::path& folder) {
  std::vector<NotifySettings> out;
  std::set<std::string> names;
  for (auto& table : top.tables("notify")) {
    TRY_ASSIGN(auto read, read_one(table, folder));
    if (!names.insert(read.name).second)
      return refuse_setting("notify.name", "must not be that of another: " + read.name);
    out.push_back(std::move(read));
  }
  if (out.size() > kDestinationsMax)
    return refuse_setting("[[notify]]", fmt::format("may stand {} times at most", kDestinationsMax));
  return out;
}

base::Result<notify::Destination> make_destination(const NotifySettings& settings, FindTo find_to) {
  notify::Destination out;
  out.name = settings.name;
  out.tenants = settings.tenants;
  out.least_severity = settings.least_severity;
  out.findings = settings.findings;
  out.documents = settings.documents;
  out.answers = settings.answers;
  out.requests = settings.requests;
  out.retry_s = settings.retry_s;
  auto send = std::visit([&](const auto& one) { return sender_of(one, find_to); }, settings.how);
  if (!send) return fail(fmt::format("[[notify]] {}", settings.name), send.error());
  out.send = std::move(*send);
  return out;
}

}  // namespace countersign::apps
