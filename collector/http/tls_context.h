#pragma once

#include "collector/http/server.h"
#include "ledger/base/result.h"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace countersign::http {

/// What a TLS server says and accepts: TLS 1.2 or 1.3, ECDHE with AEAD only, no compression, no
/// renegotiation, no session resumption (its ticket key would live as long as the process), and of the
/// application protocols only http/1.1 (RFC 7301); a client that offers others only gets the fatal alert 120.
/// invalid_argument: a file cannot be read, or the key does not belong to the certificate.
base::Result<std::shared_ptr<boost::asio::ssl::context>> make_server_context(const TlsFiles& files);

/// Has a server ask its clients for a certificate, without saying of which authorities. Who shows none is let
/// in, and so is who shows any, once the handshake has proved that the key is theirs: what it is worth is
/// decided for each request. Sessions are not resumed, so a certificate is always of the connection's own
/// handshake.
void ask_for_certificates(boost::asio::ssl::context& context);

/// How a client decides whom it talks to: by the system's certificate authorities, by those of `ca_file`
/// instead, or (with `check_chain` off) by something that it checks itself after the handshake.
struct ClientTrust {
  std::filesystem::path ca_file;  ///< PEM; empty: the system's
  bool check_chain = true;
};

base::Result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const ClientTrust& trust,
                                                                             const std::string& host);

}  // namespace countersign::http
