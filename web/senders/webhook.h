#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/secret.h"
#include "web/notify/destination.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::senders {

/// Signs as Standard Webhooks does: `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`, once with
/// each key, divided by spaces, so that a receiver can change from one to the other.
std::string sign(const std::vector<crypto::Secret>& keys, std::string_view id, std::string_view timestamp,
                 std::string_view body);

/// The keys of a text with a `whsec_…` on each line, at most four. invalid_argument: none, or 24 to 64 bytes
/// in base64 do not stand behind whsec_.
base::Result<std::vector<crypto::Secret>> parse_webhook_keys(std::string_view text);

struct WebhookOptions {
  std::string url;
  std::filesystem::path ca_file;
  std::shared_ptr<const std::vector<crypto::Secret>> keys;
  base::Clock clock = base::system_clock();
  std::int64_t timeout_ms = 10'000;
  std::size_t answer_bytes_max = 64 << 10;  ///< no more is read of an answer
};

/// Posts a notice's body. 2xx: taken. 410: ended. Anything else has failed, and Retry-After is passed on.
notify::Send webhook(WebhookOptions options);

}  // namespace countersign::senders
