#pragma once

#include "apps/countersign/command.h"
#include "ledger/base/types.h"

#include <string>
#include <vector>

namespace countersign::apps {

/// The client certificates that an option of a command names.
struct CertificateOptions {
  std::vector<std::string> files;         ///< PEM, the client's certificate first
  std::vector<std::string> fingerprints;  ///< SHA-256 in hexadecimal
};

void add_certificate_options(CLI::App& command, CertificateOptions& options);

/// Their fingerprints. Errors: failed_precondition (the listener asks for no certificates), invalid_argument
/// (a file without a certificate, a certificate that has ended, no fingerprint), those of reading a file.
base::Result<std::vector<base::Digest>> read_certificates(const Config& config,
                                                          const CertificateOptions& options);

/// `source certificate add` and `source certificate remove`.
void add_source_certificate(CLI::App& source, Context& context);

}  // namespace countersign::apps
