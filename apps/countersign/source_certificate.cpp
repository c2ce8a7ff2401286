#include "apps/countersign/source_certificate.h"

#include "collector/ingest/certificates.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "ledger/crypto/x509.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <memory>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kPemBytesMax = 1u << 20;

struct Options {
  std::string name;
  CertificateOptions certificates;
};

base::Result<std::vector<base::Digest>> fingerprints_of(const CertificateOptions& options,
                                                        bool may_have_ended) {
  std::vector<base::Digest> out;
  for (const auto& file : options.files) {
    TRY_ASSIGN(const auto pem, base::read_file(file, kPemBytesMax));
    const auto certificate = crypto::Certificate::from_pem(pem);
    if (!certificate) return fail(file, certificate.error());
    if (!may_have_ended && certificate->not_after() < base::system_clock()())
      return fail(Code::invalid_argument,
                  fmt::format("the certificate in {} ended on {}: register one that is valid", file,
                              base::format_rfc3339(certificate->not_after())));
    out.push_back(certificate->fingerprint());
  }
  for (const auto& text : options.fingerprints) {
    TRY_ASSIGN(const auto digest, ingest::parse_fingerprint(text));
    out.push_back(digest);
  }
  return out;
}

base::Result<int> change(const Context& context, const Options& options, bool add) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto source, base::parse_source(options.name));
  TRY_ASSIGN(const auto certificates, add ? read_certificates(config, options.certificates)
                                          : fingerprints_of(options.certificates, true));
  if (certificates.size() != 1)
    return fail(Code::invalid_argument, "name one certificate, with --certificate or --certificate-sha256");
  const auto& one = certificates.front();
  TRY(add ? ingest::add_certificate(config.registry(), source, one)
          : ingest::remove_certificate(config.registry(), source, one));
  const auto hex = base::to_hex(one.view());
  print(
      context, boost::json::object{{"source", options.name}, {"certificate", hex}, {"added", add}},
      add ? fmt::format("Source {} may show the certificate {}, and those that it had. A running "
                        "countersignd knows it within a second or two.\n",
                        options.name, hex)
          : fmt::format("The certificate {} of the source {} is worthless. A running countersignd refuses it "
                        "within a second or two.\n",
                        hex, options.name));
  return 0;
}

}  // namespace

void add_certificate_options(CLI::App& command, CertificateOptions& options) {
  command
      .add_option("--certificate", options.files,
                  "File with the client certificate by which it proves itself, PEM")
      ->allow_extra_args(false);
  command
      .add_option("--certificate-sha256", options.fingerprints,
                  "The same by its fingerprint, as openssl x509 -noout -fingerprint -sha256 prints it")
      ->allow_extra_args(false);
}

base::Result<std::vector<base::Digest>> read_certificates(const Config& config,
                                                          const CertificateOptions& options) {
  if (options.files.empty() && options.fingerprints.empty()) return std::vector<base::Digest>();
  if (!config.listen.client_certificates)
    return fail(Code::failed_precondition,
                fmt::format("countersignd asks for no client certificate: set client_certificates = true in "
                            "[listen] of {} and restart it",
                            config.file.string()));
  return fingerprints_of(options, false);
}

void add_source_certificate(CLI::App& source, Context& context) {
  auto* command = add_command(source, "certificate", "Change the client certificates of a source",
                              "countersign source certificate add app --certificate next.pem");
  command->require_subcommand(1);
  const auto add_change = [&](const char* name, const char* what, const char* example, bool adds) {
    auto options = std::make_shared<Options>();
    auto* one = add_command(*command, name, what, example);
    one->add_option("name", options->name, "Source")->required();
    add_certificate_options(*one, options->certificates);
    one->callback([&context, options, adds] {
      context.run = [&context, options, adds] { return change(context, *options, adds); };
    });
  };
  add_change("add", "Let a source show a further certificate, such as the next one",
             "countersign source certificate add app --certificate next.pem", true);
  add_change("remove", "Make one of a source's certificates worthless",
             "countersign source certificate remove app --certificate old.pem", false);
}

}  // namespace countersign::apps
