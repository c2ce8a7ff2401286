#include "exporters/verify/proven_records.h"

#include "exporters/jsonl/lines.h"
#include "ledger/record/record.h"
#include "ledger/tree/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kBytesMax = 256u << 20;

/// The checkpoint of the system log, which the keys of the tenant's log sign too, under another name.
base::Result<SystemLogHead> open_head(const Verification& run, const std::string& note) {
  const auto& log = run.evidence->log.text;
  const base::LogName system{log.substr(0, log.rfind('/') + 1) + std::string(base::kSystemTenant)};
  const auto& verifiers = run.bundle_keys->verifiers();
  const auto clock = std::find_if(verifiers.begin(), verifiers.end(), [](const tree::NoteVerifier& key) {
    return key.type() == tree::NoteKeyType::cosignature;
  });
  TRY_ASSIGN(const auto keys, tree::KeyChain::make(system, verifiers.front().public_key(),
                                                   clock->public_key(), run.endorsements));
  TRY_ASSIGN(const auto opened, keys.open(note));
  if (!opened.checkpoint.extensions.empty() || opened.verified.size() != 2 || !opened.time)
    return fail(Code::data_loss,
                "the system log's checkpoint is not signed by the log and its clock, and nothing else");
  return SystemLogHead{system, opened.checkpoint.size, opened.checkpoint.root, *opened.time};
}

}  // namespace

base::Result<ProvenRecords> read_proven_records(const Verification& run, std::string_view records_name,
                                                std::string_view proofs_name) {
  TRY_ASSIGN(const auto proofs_text, run.bundle.read(proofs_name, kBytesMax));
  TRY_ASSIGN(const auto proofs, parse_residency_proofs(proofs_text));
  ProvenRecords out;
  TRY_ASSIGN(out.head, open_head(run, proofs.checkpoint));
  TRY_ASSIGN(const auto text, run.bundle.read(records_name, kBytesMax));
  if (!text.empty() && text.back() != '\n')
    return fail(Code::data_loss, fmt::format("{} does not end in a line feed", records_name));
  std::uint64_t before = 0;
  std::string_view lines = text, line;
  while (jsonl::take_line(lines, line)) {
    if (out.records.size() == proofs.places.size())
      return fail(Code::data_loss, fmt::format("{} has a record without a proof", records_name));
    const auto& place = proofs.places[out.records.size()];
    const auto record = record::read_record(line);
    if (!record) return fail(fmt::format("a record in {}", records_name), record.error());
    if (record->log != out.head.log.text)
      return fail(Code::data_loss, fmt::format("a record in {} is of another log", records_name));
    if (base::index_of(record->seq) != place.seq || (!out.records.empty() && place.seq <= before))
      return fail(Code::data_loss,
                  fmt::format("{} and its proofs are not in the order of the system log", records_name));
    if (!tree::verify_inclusion(place.seq, out.head.size, record::record_hash(line), place.path,
                                out.head.root))
      return fail(Code::data_loss, fmt::format("record {} of {} is not in the system log: it was altered",
                                               place.seq, records_name));
    before = place.seq;
    out.records.emplace_back(line);
  }
  if (out.records.size() != proofs.places.size())
    return fail(Code::data_loss,
                fmt::format("a record is missing from {}: its proof is there", records_name));
  return out;
}

}  // namespace countersign::verify
