#include "exporters/verify/verify_bundle.h"

#include "exporters/verify/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

bool passed(const VerifyReport& report, std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    const auto* check = report.find(name);
    return check != nullptr && check->state == CheckState::passed;
  });
}

/// Whether the names of those who signed are ones that the reader gave.
bool identity_is_known(const VerifyReport& report) {
  return passed(report, {"signer"}) || passed(report, {"log_keys"});
}

void promise_complete(Verification& run) {
  auto& report = run.report;
  if (report.has(CheckState::failed) ||
      !passed(report, {"checkpoint", "proofs", "boundary", "records", "completeness"})) {
    report.promises.push_back({"complete", false, "It is not proven that no record is missing."});
    return;
  }
  const auto& evidence = *run.evidence;
  auto sentence = fmt::format(
      "No record of {} that was received from {} up to {} is missing, up to the {} records that the log's "
      "checkpoint "
      "covers.",
      evidence.log.text, base::format_rfc3339(evidence.period.from), base::format_rfc3339(evidence.period.to),
      evidence.checkpoint_size);
  const auto signed_at = base::Timestamp{evidence.checkpoint_time * 1'000'000};
  if (signed_at < evidence.period.to)
    sentence += fmt::format(" What was received after {}, when it was signed, is not in it.",
                            base::format_rfc3339(signed_at));
  if (report.boundary_withheld)
    sentence = fmt::format(
        "The {} records are all that {} has between their numbers, up to the {} records that the log's "
        "checkpoint covers. That these are the ones received from {} up to {} is the operator's statement: "
        "the profile none shows no record's time.",
        report.records, evidence.log.text, evidence.checkpoint_size,
        base::format_rfc3339(evidence.period.from), base::format_rfc3339(evidence.period.to));
  if (report.withheld > 0 && evidence.profile == record::Profile::none) {
    sentence += fmt::format(
        " All {} records are withheld: their place and number is proven, their content is not shown.",
        report.withheld);
  } else if (report.withheld > 0)
    sentence += fmt::format(
        " {} records are withheld by the filter: their place is proven, their content is not "
        "shown.",
        report.withheld);
  for (const auto& part : report.retired)
    sentence +=
        " " + jsonl::to_sentence(part) + ": their place and number are proven, their content is gone.";
  report.promises.push_back({"complete", true, sentence + " What a source never sent is not covered."});
}

void promise_unaltered(Verification& run) {
  auto& report = run.report;
  const bool proven =
      !report.has(CheckState::failed) && passed(report, {"file_hashes", "signature", "completeness"});
  std::string sentence = "It is not proven that nothing was altered.";
  if (proven)
    sentence =
        "Each record is, byte by byte, the one that the log signed, and table, figures and disclosed values "
        "follow from them.";
  if (proven && run.evidence->profile == record::Profile::none)
    sentence = "The hash of each record is the one that the log signed; no record is shown.";
  if (proven && report.masks > 0)
    sentence =
        "Each record is, byte by byte, the one that the log signed, and table and figures follow from "
        "records "
        "and masks. The masks themselves are the operator's statement: nothing ties a mask to its token.";
  report.promises.push_back({"unaltered", proven, std::move(sentence)});
}

void promise_signed(Verification& run) {
  auto& report = run.report;
  std::string sentence = "It is not proven who signed.";
  const bool proven = identity_is_known(report) && !report.has(CheckState::failed);
  if (passed(report, {"signature", "signer"})) {
    sentence =
        fmt::format("The holder of the certificate of '{}' that you named signed the bundle.", report.signer);
  } else if (passed(report, {"checkpoint", "log_keys"})) {
    sentence =
        "The holder of the log's key that you named signed the log; who signed the list of files was not "
        "compared.";
  } else if (passed(report, {"signature"})) {
    sentence = fmt::format(
        "Somebody who calls himself '{}' signed; compare the certificate's fingerprint {} with one "
        "from elsewhere.",
        report.signer, report.signer_fingerprint);
  }
  report.promises.push_back({"signed by", proven, sentence});
}

void promise_existed(Verification& run) {
  auto& report = run.report;
  const bool proven = passed(report, {"signature", "timestamp"});
  std::string sentence =
      "No third party says when the bundle existed: the times in it are the appliance's own.";
  if (proven)
    sentence =
        fmt::format("The bundle existed on {} at the latest.", base::format_rfc3339(*report.timestamp));
  else if (report.timestamp)
    sentence = "A timestamp is there, but whose it is was not checked.";
  report.promises.push_back({"existed before", proven, sentence});
}

void conclude(Verification& run) {
  auto& report = run.report;
  promise_complete(run);
  promise_unaltered(run);
  promise_signed(run);
  promise_existed(run);
  const auto* timestamp = report.find("timestamp");
  const bool doubtful_time = timestamp != nullptr && timestamp->state == CheckState::not_checked;
  const auto failed = std::find_if(report.checks.begin(), report.checks.end(),
                                   [](const Check& check) { return check.state == CheckState::failed; });
  if (failed != report.checks.end()) {
    report.verdict = Verdict::failed;
    report.sentence = report.first_wrong
                          ? fmt::format("This bundle is not to be trusted: record {} is wrong: {}.",
                                        report.first_wrong->seq, report.first_wrong->why)
                          : "This bundle is not to be trusted: " + failed->sentence;
  } else if (identity_is_known(report) && !doubtful_time) {
    report.verdict = Verdict::verified;
    report.sentence =
        fmt::format("The bundle is complete and unaltered and was signed by whom you named: {} records{}.",
                    report.records, report.timestamp ? ", timestamped by a third party" : "");
  } else {
    report.verdict = Verdict::intact_but_identity_not_checked;
    report.sentence = identity_is_known(report)
                          ? "The bundle is complete and unaltered and was signed by whom you named, but "
                            "whose the timestamp is was "
                            "not checked: give the timestamp authority's certificate."
                          : "The bundle is complete and unaltered in itself, but whose it is was not "
                            "checked: give the signer's "
                            "fingerprint or the log's key, from elsewhere than the bundle.";
  }
}

}  // namespace

base::Result<VerifyReport> verify_bundle(const std::filesystem::path& path, const VerifyOptions& options,
                                         const ProgressFn& progress) {
  std::vector<tree::NoteVerifier> trusted;
  for (const auto& vkey : options.log_vkeys) {
    auto key = tree::NoteVerifier::parse(vkey);
    if (!key) return fail("a key of the log that was given does not read", key.error());
    trusted.push_back(std::move(*key));
  }
  if (options.witnesses) {
    for (const auto& key : options.witnesses->logs()) trusted.push_back(key);
  }
  for (const auto& note : options.known_checkpoints) {
    if (auto read = tree::read_checkpoint_body(note); !read)
      return fail("a checkpoint that was given does not read", read.error());
  }
  VerifyReport report;
  auto bundle = open_bundle(path, options.limits, [&](std::uint64_t bytes) {
    if (progress) progress("unpack", bytes, 0);
  });
  if (!bundle && bundle.error().code != Code::data_loss) return fail(bundle.error());
  if (!bundle) {
    report.checks.push_back({"archive", CheckState::failed, bundle.error().message});
    report.sentence = "This bundle is not to be trusted: " + bundle.error().message;
    return report;
  }
  report.checks.push_back(
      {"archive", CheckState::passed, "The archive reads and holds nothing but plain files."});
  Verification run{*bundle, options, progress, report, {}, {}, std::move(trusted), {}, {}, {}};
  check_bag(run);
  check_evidence(run);
  check_identity(run);
  check_log(run);
  check_witnesses(run);
  check_records(run);
  check_residency(run);
  check_reports(run);
  check_vendor(run);
  conclude(run);
  return report;
}

}  // namespace countersign::verify
