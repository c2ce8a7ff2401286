#pragma once

#include "apps/secret_source.h"
#include "ledger/base/result.h"
#include "web/notify/destination.h"
#include "web/senders/mail.h"
#include "web/senders/syslog.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace countersign::apps {

class Table;

/// How findings go to a URL.
struct WebhookSettings {
  std::string url;
  SecretSource secret;
  std::filesystem::path ca_file;
};

/// How findings go to a mail server; the password is still to be read.
struct EmailSettings {
  senders::MailOptions mail;
  SecretSource password;
};

/// What one `[[notify]]` says: where findings go.
struct NotifySettings {
  std::string name;
  std::vector<std::string> tenants;  ///< empty: all
  std::string least_severity = "low";
  bool findings = true, documents = false, answers = false, requests = false;  ///< what of
  std::vector<std::int64_t> retry_s = notify::kRetrySeconds;
  std::variant<WebhookSettings, senders::SyslogOptions, EmailSettings> how;

  /// For people, without what may be secret: `webhook alerts.example.com`.
  std::string text() const;
};

/// Reads all `[[notify]]`. invalid_argument names the first member that is wrong. No secret is read.
base::Result<std::vector<NotifySettings>> read_notify(Table& top, const std::filesystem::path& folder);

/// Whom a mail of a notice is for, as senders::MailOptions has it.
using FindTo = std::function<std::vector<std::string>(const notify::Notice&)>;

/// Reads the secret and gets ready to send; a mail goes to whom `find_to` gives, or to the settings' `to`.
/// Errors as read_secret; invalid_argument: it is no such secret.
base::Result<notify::Destination> make_destination(const NotifySettings& settings, FindTo find_to = {});

}  // namespace countersign::apps
