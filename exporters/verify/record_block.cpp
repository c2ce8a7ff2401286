#include "exporters/verify/record_block.h"

#include "exporters/jsonl/lines.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

namespace countersign::verify {

using base::Code;
using base::fail;

BlockChecker::BlockChecker(const RecordRules& rules)
    : rules_(rules),
      values_(rules.disclosures == nullptr ? std::nullopt : std::optional<IndexedValues>(*rules.disclosures)),
      writer_(values_ ? &*values_ : nullptr) {}

CheckedBlock BlockChecker::check(std::string_view lines) {
  CheckedBlock out(rules_.evidence->period);
  out.leaves.reserve(lines.size() / 512);
  out.events.reserve(lines.size());
  commits_ = rules_.commits.cursor();
  std::string_view line;
  while (jsonl::take_line(lines, line)) {
    if (auto done = check_line(line, out); !done) {
      out.fault = done.error().message;
      break;
    }
  }
  return out;
}

base::Result<void> BlockChecker::check_place(std::uint64_t seq, CheckedBlock& out) const {
  if (out.leaves.empty()) out.first_seq = seq;
  if (seq == out.first_seq + out.leaves.size()) return {};
  return fail(Code::data_loss, fmt::format("record {} stands in its place", seq));
}

base::Result<void> BlockChecker::check_line(std::string_view line, CheckedBlock& out) {
  if (jsonl::is_retired_record(line)) return check_retired(line, out);
  if (!jsonl::is_withheld(line)) return check_record(line, out);
  if (rules_.filter.empty() && rules_.evidence->profile != record::Profile::none)
    return fail(Code::data_loss, "it is withheld, but the bundle does not claim to be filtered");
  TRY_ASSIGN(const auto withheld, jsonl::read_withheld(line));
  TRY(check_place(withheld.seq, out));
  out.totals.add_withheld(withheld.seq);
  out.leaves.push_back(withheld.hash);
  return {};
}

base::Result<void> BlockChecker::check_retired(std::string_view line, CheckedBlock& out) const {
  TRY_ASSIGN(const auto retired, jsonl::read_retired_record(line));
  TRY(check_place(retired.seq, out));
  TRY_ASSIGN(const auto part, rules_.retired->find(retired));
  out.retired.push_back({part, retired.seq, retired.hash});
  out.totals.add_retired(retired.seq);
  out.leaves.push_back(retired.hash);
  return {};
}

base::Result<void> BlockChecker::check_record(std::string_view line, CheckedBlock& out) {
  const auto& evidence = *rules_.evidence;
  if (evidence.profile == record::Profile::none)
    return fail(Code::data_loss,
                "it is shown, but the bundle claims the profile none, which shows no record");
  TRY_ASSIGN(const auto record, record::read_record(line));
  const auto seq = base::index_of(record.seq);
  TRY(check_place(seq, out));
  if (record.log != evidence.log.text) return fail(Code::data_loss, "it names another log");
  if (out.leaves.empty()) {
    out.first_prev = record.prev;
  } else if (record.prev != out.leaves.back()) {
    return fail(
        Code::data_loss,
        "its prev is not the hash of the record before it: one of the two was altered, or a record was "
        "removed, added or moved");
  }
  if (!evidence.period.contains(record.received))
    return fail(Code::data_loss, "it was not received in the period of the bundle");
  if (out.last_received && record.received < *out.last_received)
    return fail(Code::data_loss, "it was received before a record in front of it");
  if (!out.first_received) out.first_received = record.received;
  out.last_received = record.received;
  if (!record::parse_proof(record.proof))
    return fail(Code::data_loss, "its proof is not one of the known grades");
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  if (event.plain(record::kTenant) != evidence.tenant.value())
    return fail(Code::data_loss, "its event is another tenant's");
  if (!rules_.filter.matches(record, event))
    return fail(Code::data_loss, "it is not one that the filter chooses");
  TRY_ASSIGN(const auto occurred, base::parse_rfc3339(event.plain(record::kTime)));
  const auto hash = record::record_hash(line);
  const auto committed = commits_->time_of(seq);
  if (committed < 0) return fail(Code::data_loss, "no checkpoint of the bundle tells when it was committed");
  TRY(writer_.append_row(out.events, {&record, &event, hash, occurred, committed}));
  if (rules_.disclosures != nullptr && evidence.scope.records.contains(seq))
    TRY(record::for_each_token(
        event, [this](const record::TokenAt& at) { rules_.disclosures->note_named(at.token); }));
  out.totals.add_shown(seq, record, event, line.size(), occurred);
  out.leaves.push_back(hash);
  return {};
}

}  // namespace countersign::verify
