#pragma once

#include "ledger/base/time.h"
#include "ledger/crypto/secret.h"
#include "web/notify/destination.h"
#include "web/senders/mail_text.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace countersign::senders {

struct MailOptions {
  enum class Tls {
    starttls,  ///< required: without it nothing is sent
    tls,       ///< from the first byte (RFC 8314)
    none,
  };
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::filesystem::path ca_file;
  std::string user;  ///< empty: no authentication
  std::shared_ptr<const crypto::Secret> password;
  Envelope envelope;
  /// Whom a notice is for, asked at each attempt, on the thread that sends; none, or without it: the
  /// envelope's.
  std::function<std::vector<std::string>(const notify::Notice&)> find_to;
  base::Clock clock = base::system_clock();
  std::int64_t timeout_ms = 30'000;
};

/// Hands a mail to an SMTP server. Taken when the server has taken it for every address.
notify::Send mail(MailOptions options);

}  // namespace countersign::senders
