#include "apps/stream_transport.h"

#include "apps/config_table.h"
#include "apps/outgoing.h"
#include "collector/http/url.h"
#include "web/senders/batch/syslog_batch.h"
#include "web/senders/host.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using Body = senders::PostOptions::Body;

constexpr std::size_t kNameMax = 64;
constexpr std::string_view kWithoutTls = " without TLS";
constexpr std::int64_t kMessageBytesMin = 480, kMessageBytesMax = 1 << 20;
constexpr std::int64_t kTimeoutMax_s = 3'600, kIndexedMin_s = 10, kIndexedMax_s = 86'400,
                       kMsPerSecond = 1'000, kSyslogTimeout_ms = 30'000;

/// Printable ASCII without spaces: it becomes part of a header field, or of a request.
bool is_plain_word(std::string_view text) {
  return text.size() <= kNameMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

/// The authorities that are trusted, and the certificate that is shown.
struct Certificates {
  std::filesystem::path ca_file, client_certificate, client_key;
};
base::Result<Certificates> read_certificates(Table& table, const std::filesystem::path& folder) {
  Certificates out;
  table.path("ca_file", folder, out.ca_file);
  table.path("client_certificate", folder, out.client_certificate);
  table.path("client_key", folder, out.client_key);
  if (out.client_certificate.empty() != out.client_key.empty())
    return refuse_setting("stream.client_certificate and stream.client_key",
                          "must both stand there, or neither");
  return out;
}

std::string_view scheme_of(Body body) {
  if (body == Body::hec) return "Splunk";
  return body == Body::bulk ? "ApiKey" : "Bearer";
}

/// How long a batch may take, on a line that is slow.
void read_timeout(Table& table, std::int64_t& timeout_ms) {
  auto seconds = timeout_ms / kMsPerSecond;
  table.number("timeout_s", 1, kTimeoutMax_s, seconds);
  timeout_ms = seconds * kMsPerSecond;
}

/// How long indexers may take before the events are sent again.
void read_acknowledged(Table& table, senders::PostOptions& out) {
  auto seconds = out.acknowledged_within_ms / kMsPerSecond;
  table.flag("acknowledged", out.acknowledged);
  table.number("acknowledged_within_s", kIndexedMin_s, kIndexedMax_s, seconds);
  out.acknowledged_within_ms = seconds * kMsPerSecond;
}

base::Result<PostStream> read_post(Table& table, const std::filesystem::path& folder, bool allow_plain) {
  constexpr std::array<std::pair<std::string_view, Body>, 4> kBodies = {
      {{"ndjson", Body::ndjson}, {"array", Body::array}, {"hec", Body::hec}, {"bulk", Body::bulk}}};
  PostStream out;
  std::string body = "ndjson", token;
  read_timeout(table, out.options.timeout_ms);
  table.text("url", out.options.url);
  table.text("body", body);
  table.text("token", token);
  const auto found = std::ranges::find(kBodies, body, &std::pair<std::string_view, Body>::first);
  if (found == kBodies.end())
    return refuse_setting("stream.body", "must be \"ndjson\", \"array\", \"hec\" or \"bulk\"");
  out.options.body = found->second;
  out.options.scheme = scheme_of(out.options.body);
  table.text("scheme", out.options.scheme);
  if (out.options.body == Body::hec) {
    table.text("index", out.options.index);
    read_acknowledged(table, out.options);
  }
  TRY_ASSIGN(const auto certificates, read_certificates(table, folder));
  TRY(table.finish());
  out.options.ca_file = certificates.ca_file;
  out.options.client_certificate = certificates.client_certificate;
  out.options.client_key = certificates.client_key;
  const auto url = http::parse_url(out.options.url);
  if (!url) return refuse_setting("stream.url", "must be an https:// address: " + url.error().message);
  TRY(check_plain(url->tls, url->host, allow_plain, "stream.url"));
  if (out.options.body == Body::hec && out.options.url.find("/services/collector") == std::string::npos)
    return refuse_setting("stream.url",
                          "must be that of a collector: https://HOST:8088/services/collector/event");
  if (out.options.body == Body::bulk && !out.options.url.ends_with("/_bulk"))
    return refuse_setting("stream.url",
                          "must end with /_bulk, such as https://HOST:9200/logs-countersign-default/_bulk");
  if (!is_plain_word(out.options.scheme) || out.options.scheme.empty() || !is_plain_word(out.options.index))
    return refuse_setting("stream.scheme and stream.index",
                          "are words of printable ASCII, at most 64 bytes long");
  TRY_ASSIGN(out.token, parse_secret_source("stream.token", token, folder));
  if (out.token.is_set() && !url->tls && !senders::is_loopback(url->host))
    return refuse_setting("stream.token", "is not sent to another machine without TLS");
  if (out.options.body == Body::hec && !out.token.is_set())
    return refuse_setting("stream.token",
                          "must name a file with the token of the collector, or credential:NAME");
  return out;
}

base::Result<SyslogStream> read_syslog(Table& table, const std::filesystem::path& folder, bool allow_plain) {
  using Transport = senders::SyslogOptions::Transport;
  SyslogStream out;
  std::string address;
  out.options.timeout_ms = kSyslogTimeout_ms;
  read_timeout(table, out.options.timeout_ms);
  table.text("address", address);
  table.number("facility", 0, 23, out.options.facility);
  table.number("message_bytes_max", kMessageBytesMin, kMessageBytesMax, out.message_bytes_max);
  TRY_ASSIGN(const auto certificates, read_certificates(table, folder));
  TRY(table.finish());
  const bool tls = address.starts_with("tls://");
  if (!tls && !address.starts_with("tcp://"))
    return refuse_setting("stream.address",
                          "must begin with tls:// or tcp://, such as tls://siem.example.com:6514");
  out.options.transport = tls ? Transport::tls : Transport::tcp;
  const auto where = senders::parse_host_and_port(std::string_view(address).substr(6));
  if (!where) return refuse_setting("stream.address", where.error().message);
  out.options.host = where->host;
  out.options.port = where->port;
  out.options.ca_file = certificates.ca_file;
  out.options.client_certificate = certificates.client_certificate;
  out.options.client_key = certificates.client_key;
  TRY(check_plain(tls, out.options.host, allow_plain, "stream.address"));
  return out;
}

base::Result<void> check_brokers(const std::vector<std::string>& brokers, bool tls, bool allow_plain) {
  if (brokers.empty()) return refuse_setting("stream.brokers", "must be a list of brokers, each host:port");
  for (const auto& broker : brokers) {
    const auto where = senders::parse_host_and_port(broker);
    if (!where) return refuse_setting("stream.brokers", where.error().message);
    TRY(check_plain(tls, where->host, allow_plain, "stream.brokers"));
  }
  return {};
}

bool all_loopback(const std::vector<std::string>& brokers) {
  return std::ranges::all_of(brokers, [](const auto& broker) {
    const auto where = senders::parse_host_and_port(broker);
    return where && senders::is_loopback(where->host);
  });
}

base::Result<KafkaStream> read_kafka(Table& table, const std::filesystem::path& folder, bool allow_plain) {
  KafkaStream out;
  auto& options = out.options;
  std::vector<std::string> brokers;
  std::string password;
  read_timeout(table, options.timeout_ms);
  table.texts("brokers", brokers);
  table.text("topic", options.topic);
  table.flag("tls", options.tls);
  table.text("sasl", options.mechanism);
  table.text("user", options.user);
  table.text("password", password);
  TRY_ASSIGN(const auto certificates, read_certificates(table, folder));
  TRY(table.finish());
  options.ca_file = certificates.ca_file;
  options.client_certificate = certificates.client_certificate;
  options.client_key = certificates.client_key;
  TRY(check_brokers(brokers, options.tls, allow_plain));
  options.brokers = fmt::format("{}", fmt::join(brokers, ","));
  constexpr std::size_t kTopicMax = 249;
  if (options.topic.empty() || options.topic.size() > kTopicMax ||
      options.topic.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") !=
          std::string::npos)
    return refuse_setting("stream.topic",
                          "must be of letters, digits, '.', '_' and '-', at most 249 of them");
  if (!options.mechanism.empty()) {
    constexpr std::array<std::string_view, 3> kMechanisms = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
    if (std::ranges::find(kMechanisms, options.mechanism) == kMechanisms.end())
      return refuse_setting("stream.sasl", "must be \"PLAIN\", \"SCRAM-SHA-256\" or \"SCRAM-SHA-512\"");
  }
  TRY_ASSIGN(out.password, parse_secret_source("stream.password", password, folder));
  if (options.user.empty() == out.password.is_set() || options.user.empty() != options.mechanism.empty())
    return refuse_setting("stream.sasl, stream.user and stream.password", "must all stand there, or none");
  if (out.password.is_set() && !options.tls && !all_loopback(brokers))
    return refuse_setting("stream.password", "is not sent to another machine without TLS");
  return out;
}

base::Result<std::shared_ptr<const crypto::Secret>> secret_of(const SecretSource& source) {
  if (!source.is_set()) return std::shared_ptr<const crypto::Secret>();
  TRY_ASSIGN(auto secret, read_secret(source));
  // It stands in a header field, or in a setting.
  const auto text = base::text_of(secret.view());
  if (std::ranges::any_of(text, [](char c) { return c < ' ' || c == 0x7f; }))
    return fail(Code::invalid_argument,
                fmt::format("{} must name a file with one line of printable characters", source.member));
  return std::make_shared<const crypto::Secret>(std::move(secret));
}

base::Result<senders::SendBatch> sender_of(const PostStream& how, const std::string& sourcetype) {
  auto options = how.options;
  TRY_ASSIGN(options.token, secret_of(how.token));
  options.host = own_host();
  options.sourcetype = sourcetype;
  return senders::post(std::move(options));
}

base::Result<senders::SendBatch> sender_of(const SyslogStream& how, const std::string&) {
  auto options = how.options;
  options.own_host = own_host();
  return senders::syslog_batch(std::move(options), how.message_bytes_max);
}

base::Result<senders::SendBatch> sender_of(const KafkaStream& how, const std::string&) {
  auto options = how.options;
  TRY_ASSIGN(options.password, secret_of(how.password));
  return senders::kafka(std::move(options));
}

std::string text_of(const PostStream& how) {
  const auto url = http::parse_url(how.options.url);
  if (!url) return "https";
  return fmt::format("{} {}:{}{}", url->tls ? "https" : "http", url->host, url->port,
                     url->tls ? "" : kWithoutTls);
}
std::string text_of(const SyslogStream& how) {
  const bool tls = how.options.transport == senders::SyslogOptions::Transport::tls;
  return fmt::format("syslog {}:{}{}", how.options.host, how.options.port, tls ? "" : kWithoutTls);
}
std::string text_of(const KafkaStream& how) {
  return fmt::format("kafka {} {}{}", how.options.brokers, how.options.topic,
                     how.options.tls ? "" : kWithoutTls);
}

}  // namespace

base::Result<StreamTransport> read_transport(Table& table, const std::filesystem::path& folder, bool json) {
  std::string transport;
  bool allow_plain = false;
  table.text("transport", transport);
  table.flag("allow_plain", allow_plain);
  if (transport == "https") {
    TRY_ASSIGN(auto out, read_post(table, folder, allow_plain));
    out.options.json = json;
    if (!json && out.options.body == Body::bulk)
      return refuse_setting("stream.body", "bulk takes JSON: choose the format ecs or ocsf");
    return StreamTransport(std::move(out));
  }
  if (transport == "syslog") {
    TRY_ASSIGN(auto out, read_syslog(table, folder, allow_plain));
    return StreamTransport(std::move(out));
  }
  if (transport == "kafka") {
    TRY_ASSIGN(auto out, read_kafka(table, folder, allow_plain));
    return StreamTransport(std::move(out));
  }
  return refuse_setting("stream.transport", "must be \"https\", \"syslog\" or \"kafka\"");
}

base::Result<senders::SendBatch> make_sender(const StreamTransport& how, const std::string& sourcetype) {
  return std::visit([&](const auto& one) { return sender_of(one, sourcetype); }, how);
}

std::string place_of(const StreamTransport& how) {
  return std::visit([](const auto& one) { return text_of(one); }, how);
}

}  // namespace countersign::apps
