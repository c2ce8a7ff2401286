#pragma once

#include "apps/secret_source.h"
#include "ledger/base/result.h"
#include "web/senders/batch/batch.h"
#include "web/senders/batch/kafka.h"
#include "web/senders/batch/post.h"
#include "web/senders/syslog.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <variant>

namespace countersign::apps {

class Table;

struct PostStream {
  senders::PostOptions options;  ///< the token is still to be read
  SecretSource token;
};
struct SyslogStream {
  senders::SyslogOptions options;
  std::size_t message_bytes_max = 8'192;
};
struct KafkaStream {
  senders::KafkaOptions options;  ///< the password is still to be read
  SecretSource password;
};

/// How the events of a stream travel.
using StreamTransport = std::variant<PostStream, SyslogStream, KafkaStream>;

/// Reads the members of a `[[stream]]` that say so, the last ones of its table; `json`: the events are JSON.
/// invalid_argument names the first member that is wrong, or is not known. No secret is read.
base::Result<StreamTransport> read_transport(Table& table, const std::filesystem::path& folder, bool json);

/// Reads the secret and gets ready to send. Errors as read_secret; invalid_argument: it is no such secret.
base::Result<senders::SendBatch> make_sender(const StreamTransport& how, const std::string& sourcetype);

/// For people, without what may be secret: `https siem.example.com:443`, `syslog 10.0.0.7:514 without TLS`.
std::string place_of(const StreamTransport& how);

}  // namespace countersign::apps
