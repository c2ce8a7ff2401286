#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/cms.h"
#include "ledger/crypto/timestamp.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

base::Result<crypto::DetachedSignature> check_signature(const OpenedBundle& bundle) {
  TRY_ASSIGN(const auto manifest, bundle.read(layout::kTagManifest));
  TRY_ASSIGN(const auto signature, bundle.read(layout::kSignature));
  TRY_ASSIGN(const auto pem, bundle.read(layout::kSigner));
  TRY_ASSIGN(auto opened, crypto::verify_detached(signature, manifest));
  if (!opened.minimal)
    return fail(Code::data_loss, "the signature file holds bytes that nobody signed: it was edited");
  if (opened.signer.to_pem() != pem)
    return fail(Code::data_loss, "keys/signer.pem is not the certificate that signed");
  if (opened.time && (*opened.time < opened.signer.not_before() || opened.signer.not_after() < *opened.time))
    return fail(Code::data_loss, "the certificate was not valid when it signed");
  return opened;
}

void check_signer(Verification& run, const crypto::Certificate& signer) {
  const auto fingerprint = signer.fingerprint();
  run.report.signer = signer.subject();
  run.report.signer_fingerprint = base::to_hex(fingerprint.view());
  const auto& trusted = run.options.certificates;
  if (trusted.empty()) {
    run.add("signer", CheckState::not_checked,
            fmt::format("Signed by '{}', certificate {}. Whether that is whom you think was not checked: no "
                        "fingerprint was given to compare with.",
                        run.report.signer, run.report.signer_fingerprint));
  } else if (std::find(trusted.begin(), trusted.end(), fingerprint) != trusted.end()) {
    run.add("signer", CheckState::passed,
            fmt::format("Signed by '{}' with the certificate that you named.", run.report.signer));
  } else {
    run.add("signer", CheckState::failed,
            fmt::format("Signed by '{}' with a certificate that is not the one that you named: {}.",
                        run.report.signer, run.report.signer_fingerprint));
  }
}

base::Result<crypto::TimestampToken> read_timestamp(const Verification& run) {
  TRY_ASSIGN(const auto signature, run.bundle.read(layout::kSignature));
  TRY_ASSIGN(const auto response, run.bundle.read(layout::kTimestamp));
  TRY_ASSIGN(auto token,
             crypto::verify_timestamp(response, signature, {{}, run.options.timestamp_authorities}));
  const auto minimal = crypto::minimal_timestamp(response);
  if (!minimal || *minimal != response)
    return fail(Code::data_loss, "the timestamp holds bytes that nobody signed: it was edited");
  return token;
}

void check_timestamp(Verification& run) {
  if (run.bundle.find(layout::kTimestamp) == nullptr) {
    if (run.evidence && run.evidence->timestamped) {
      run.add("timestamp", CheckState::failed,
              fmt::format("evidence.json says that the bundle was timestamped by a third party, but {} is "
                          "missing: it was taken out.",
                          layout::kTimestamp));
    } else {
      run.add("timestamp", CheckState::not_claimed, "The bundle has no timestamp by a third party.");
    }
    return;
  }
  const auto token = read_timestamp(run);
  if (!token) {
    run.add("timestamp", CheckState::failed, token.error().message);
    return;
  }
  run.report.timestamp = token->time;
  const auto when = base::format_rfc3339(token->time);
  if (run.options.timestamp_authorities.empty()) {
    run.add(
        "timestamp", CheckState::not_checked,
        fmt::format("Timestamped {} by '{}'. Whether that authority is to be trusted was not checked: none "
                    "was given to compare with.",
                    when, token->authority));
  } else {
    run.add("timestamp", CheckState::passed,
            fmt::format("Timestamped {} by '{}', which the authority that you named vouches for.", when,
                        token->authority));
  }
}

}  // namespace

void check_identity(Verification& run) {
  const auto signature = check_signature(run.bundle);
  if (!signature) {
    run.add("signature", CheckState::failed, signature.error().message);
  } else {
    run.add("signature", CheckState::passed, "The list of files has a signature that is genuine.");
    check_signer(run, signature->signer);
  }
  check_timestamp(run);
}

}  // namespace countersign::verify
