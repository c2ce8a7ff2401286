#include "web/senders/webhook.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/mac.h"
#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::senders {
namespace {

using notify::Outcome;

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kKeysMax = 4, kKeyLeast = 24, kKeyMost = 64;
constexpr long kGone = 410;

struct Bounded {
  std::size_t left;
};

/// Counts what comes, and ends the transfer where it is too much.
std::size_t on_answer(char*, std::size_t, std::size_t bytes, void* user) {
  auto& bound = *static_cast<Bounded*>(user);
  if (bytes > bound.left) return 0;
  bound.left -= bytes;
  return bytes;
}

Outcome attempt(const WebhookOptions& options, const notify::Delivery& delivery, const notify::Stop& stop) {
  const auto timestamp = std::to_string(options.clock().micros / 1'000'000);
  List headers;
  append(headers, "Content-Type: application/json");
  append(headers, "Expect:");
  append(headers, "webhook-id: " + delivery.id);
  append(headers, "webhook-timestamp: " + timestamp);
  append(headers, "webhook-signature: " + sign(*options.keys, delivery.id, timestamp, delivery.body));
  Bounded bound{options.answer_bytes_max};
  Transfer transfer({options.url, options.timeout_ms, options.ca_file}, stop);
  transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  transfer.set(CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(delivery.body.size()));
  transfer.set(CURLOPT_POSTFIELDS, delivery.body.c_str());
  transfer.set(CURLOPT_WRITEFUNCTION, &on_answer);
  transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&bound));
  const auto code = transfer.perform();
  const auto status = transfer.info<long>(CURLINFO_RESPONSE_CODE);
  // Whoever answers with more than is read has answered all the same.
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status != 0)) return transfer.failure(code);
  if (status >= 200 && status < 300) return {};
  if (status == kGone) return {Outcome::Kind::ended, "it answered 410, which says that it is gone"};
  return {Outcome::Kind::failed, fmt::format("it answered {}", status),
          static_cast<std::int64_t>(transfer.info<curl_off_t>(CURLINFO_RETRY_AFTER))};
}

}  // namespace

std::string sign(const std::vector<crypto::Secret>& keys, std::string_view id, std::string_view timestamp,
                 std::string_view body) {
  const auto message = fmt::format("{}.{}.{}", id, timestamp, body);
  std::string out;
  for (const auto& key : keys) {
    if (!out.empty()) out += ' ';
    out += "v1," + base::to_base64(crypto::hmac(crypto::Hash::sha256, key.view(), message));
  }
  return out;
}

base::Result<std::vector<crypto::Secret>> parse_webhook_keys(std::string_view text) {
  std::vector<crypto::Secret> out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto key = line.starts_with(kPrefix) ? base::from_base64(line.substr(kPrefix.size()))
                                         : base::Result<std::vector<std::uint8_t>>();
    if (!key || key->size() < kKeyLeast || key->size() > kKeyMost)
      return base::fail(base::Code::invalid_argument,
                        "must hold whsec_ and 24 to 64 bytes in base64 behind it, as a line; make one with: "
                        "echo whsec_$(openssl rand -base64 32)");
    out.emplace_back(std::move(*key));
  }
  if (out.empty() || out.size() > kKeysMax)
    return base::fail(base::Code::invalid_argument, "must hold one to four lines that begin with whsec_");
  return out;
}

notify::Send webhook(WebhookOptions options) {
  return [options = std::move(options)](const notify::Delivery& delivery, const notify::Stop& stop) {
    return attempt(options, delivery, stop);
  };
}

}  // namespace countersign::senders
