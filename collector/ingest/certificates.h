#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// The client certificates by which sources prove themselves: mutual TLS. Only the fingerprint of one is
/// registered, so neither an authority nor a subject decides anything; whoever shows the certificate has
/// proved in the handshake that the key is theirs.
namespace countersign::ingest {

/// A SHA-256 of a certificate, in hexadecimal with or without colons, as `openssl x509 -fingerprint -sha256`
/// prints it.
base::Result<base::Digest> parse_fingerprint(std::string text);

/// A source's certificates in the registry's file, and back; `where` is their path for messages.
std::string to_text(const std::vector<base::Digest>& certificates);
base::Result<std::vector<base::Digest>> parse_certificates(const boost::json::value& from,
                                                           const std::string& where);

/// The source that has a certificate, revoked or not; null where none has.
const Source* registered_for(const Registry& registry, const base::Digest& sha256);

/// Gives a certificate to a source that is yet to be put into the registry. Errors as add_certificate.
base::Result<void> put_certificate(const Registry& registry, Source& source, const base::Digest& sha256);

/// Gives a source a further certificate; those that it has stay good, so the next one is registered before
/// the sender uses it. As the functions of registry.h. Errors: not_found, already_exists (a source has it, or
/// one that is revoked had it), failed_precondition (the source is revoked, has a scheme or is polled),
/// resource_exhausted (it has kCertificatesMax).
base::Result<void> add_certificate(const std::filesystem::path& path, const base::SourceName& name,
                                   const base::Digest& sha256);

/// Makes one of a source's certificates worthless. Errors: not_found (the source, or it has no such
/// certificate), failed_precondition (the source is revoked; it would have nothing left to prove itself by).
base::Result<void> remove_certificate(const std::filesystem::path& path, const base::SourceName& name,
                                      const base::Digest& sha256);

}  // namespace countersign::ingest
