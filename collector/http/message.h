#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::http {

/// The header fields of a message in their order. Names are compared without regard to case.
using Fields = std::vector<std::pair<std::string, std::string>>;

enum class Version { http_1_0, http_1_1 };

/// A certificate that the client has shown. The handshake has proved that the client has its key, and nothing
/// else was checked: neither who issued it nor its dates.
struct ClientCertificate {
  base::Digest sha256;  ///< over the DER bytes
  base::Timestamp not_before, not_after;
};

/// A request without its body. Every security decision is taken from it, before a byte of the body is read.
struct RequestHead {
  std::string method;  ///< as sent: methods are case-sensitive
  std::string path;    ///< begins with '/'; percent-encoding is left as it came
  std::string query;   ///< what stands behind the first '?', without it
  Version version = Version::http_1_1;
  Fields fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;  ///< the body comes in chunks, of a length that is not known before
  std::string peer;      ///< the sender's address without the port (see client_address)
  bool tls = false;
  std::shared_ptr<const ClientCertificate> certificate = {};  ///< null: the client has shown none

  /// The value of the first field of that name, without the white space around it; empty when there is none.
  /// Valid as long as the head is.
  std::string_view header(std::string_view name) const;
};

struct Request : RequestHead {
  std::string body;
  /// What stood for the `{name}` parts of the route's pattern, percent-decoded. Filled by the Router.
  Fields parameters;

  /// The value of a parameter; empty when the route has none of that name.
  std::string_view parameter(std::string_view name) const;
};

/// A part of a file that is sent as a body, piece by piece, so that memory does not grow with it. The file is
/// opened when the answer is given; where it is shorter than `offset + size` by then the connection breaks
/// off, and the receiver can tell by Content-Length.
struct FilePart {
  std::filesystem::path path;
  std::uint64_t offset = 0, size = 0;
};

/// What a handler answers. The server adds Date, Content-Length, Connection and the security headers
/// (`X-Content-Type-Options: nosniff`, `Cache-Control: no-store`, `Content-Security-Policy` that allows
/// nothing, `Referrer-Policy: no-referrer`, `Cross-Origin-Resource-Policy: same-origin`, each unless the
/// handler gave one, and with TLS `Strict-Transport-Security`); it ignores a handler's own fields of the
/// framing, and Content-Type and Server.
struct Response {
  int status = 200;
  std::string content_type;
  Fields headers;
  std::string body;
  std::optional<FilePart> file = {};  ///< in the place of `body`
};

/// Whether two names of header fields are the same (ASCII letters in either case).
bool same_name(std::string_view a, std::string_view b);

/// A problem document (RFC 9457, type about:blank). `detail` is one sentence and never repeats what the
/// sender sent.
Response problem(int status, std::string_view detail);

/// How the connection stands when an answer is written.
struct AnswerContext {
  bool close = false;
  bool tls = false;
  std::int64_t time_s = 0;  ///< POSIX seconds, for Date
};

/// The status line and header of `response`, with the empty line that ends them. Absent when the handler gave
/// a name or value that cannot stand in a header (a line break in it would let a value forge an answer), or a
/// status outside 200 to 599.
std::optional<std::string> write_head(const Response& response, const AnswerContext& context);

/// Whether an answer of that status has a body at all (204 and 304 have none).
bool has_body(int status);

}  // namespace countersign::http
