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

/// The system log of the bundle's region.
base::LogName own_system_log(const Verification& run) {
  const auto& log = run.evidence->log.text;
  return {log.substr(0, log.rfind('/') + 1) + std::string(base::kSystemTenant)};
}

/// The keys of the tenant's log, which sign the system log's checkpoints too, under its name.
base::Result<tree::KeyChain> own_keys(const Verification& run) {
  const auto& verifiers = run.bundle_keys->verifiers();
  const auto clock = std::find_if(verifiers.begin(), verifiers.end(), [](const tree::NoteVerifier& key) {
    return key.type() == tree::NoteKeyType::cosignature;
  });
  return tree::KeyChain::make(own_system_log(run), verifiers.front().public_key(), clock->public_key(),
                              run.endorsements);
}

struct OpenedHead {
  SystemLogHead head;
  std::vector<tree::VerifiedSignature> signatures;
};

base::Result<OpenedHead> open_head(const tree::KeyChain& keys, const base::LogName& system,
                                   const std::string& note) {
  TRY_ASSIGN(const auto opened, keys.open(note));
  if (!opened.checkpoint.extensions.empty() || opened.verified.size() != 2 || !opened.time)
    return fail(Code::data_loss,
                "the system log's checkpoint is not signed by the log and its clock, and nothing else");
  return OpenedHead{SystemLogHead{system, opened.checkpoint.size, opened.checkpoint.root, *opened.time},
                    opened.verified};
}

/// The system log that a checkpoint is of: of a region of the bundle's appliance.
base::Result<base::LogName> system_log_of(const Verification& run, const std::string& note) {
  TRY_ASSIGN(const auto stated, tree::read_checkpoint_body(note));
  const auto own = own_system_log(run).text;
  const auto origin =
      own.substr(0, own.size() - run.evidence->region.value().size() - 1 - base::kSystemTenant.size());
  const auto behind = std::string("/") + std::string(base::kSystemTenant);
  const std::string_view name = stated.origin.text;
  if (name.size() <= origin.size() + behind.size() || !name.starts_with(origin) || !name.ends_with(behind) ||
      !base::parse_region(name.substr(origin.size(), name.size() - origin.size() - behind.size())))
    return fail(Code::data_loss, "the checkpoint is of no system log of this appliance");
  return base::LogName{std::string(name)};
}

/// Of another region: tied to the bundle's by the keys that signed its checkpoint.
base::Result<SystemLogHead> open_other_head(const Verification& run, const SystemLogFiles& files,
                                            const base::LogName& system, const std::string& note) {
  TRY_ASSIGN(const auto read, read_key_chain(run.bundle, system, files.keys, files.rotations));
  TRY_ASSIGN(auto opened, open_head(read.keys, system, note));
  for (const auto& signature : opened.signatures) {
    const auto& theirs = read.keys.verifiers();
    const auto& ours = run.bundle_keys->verifiers();
    const auto key = std::find_if(theirs.begin(), theirs.end(),
                                  [&](const auto& one) { return one.key_id() == signature.key_id; });
    const bool known = key != theirs.end() && std::any_of(ours.begin(), ours.end(), [&](const auto& one) {
                         return one.type() == key->type() && one.public_key() == key->public_key();
                       });
    if (!known)
      return fail(Code::data_loss, fmt::format("the checkpoint of {} is not signed by keys of the tenant's "
                                               "log: it is of another appliance",
                                               system.text));
  }
  return std::move(opened.head);
}

base::Result<ProvenRecords> read_against(const Verification& run, const ResidencyProofs& proofs,
                                         SystemLogHead head, std::string_view records_name) {
  ProvenRecords out;
  out.head = std::move(head);
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

base::Result<ResidencyProofs> proofs_in(const Verification& run, std::string_view name) {
  TRY_ASSIGN(const auto text, run.bundle.read(name, kBytesMax));
  return parse_residency_proofs(text);
}

}  // namespace

base::Result<ProvenRecords> read_proven_records(const Verification& run, std::string_view records_name,
                                                std::string_view proofs_name) {
  TRY_ASSIGN(const auto proofs, proofs_in(run, proofs_name));
  TRY_ASSIGN(const auto keys, own_keys(run));
  TRY_ASSIGN(auto opened, open_head(keys, own_system_log(run), proofs.checkpoint));
  return read_against(run, proofs, std::move(opened.head), records_name);
}

base::Result<ProvenRecords> read_proven_records(const Verification& run, const SystemLogFiles& files) {
  TRY_ASSIGN(const auto proofs, proofs_in(run, files.proofs));
  TRY_ASSIGN(const auto system, system_log_of(run, proofs.checkpoint));
  if (system == own_system_log(run)) return read_proven_records(run, files.records, files.proofs);
  TRY_ASSIGN(auto head, open_other_head(run, files, system, proofs.checkpoint));
  return read_against(run, proofs, std::move(head), files.records);
}

}  // namespace countersign::verify
