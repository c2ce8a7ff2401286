#include "apps/countersign/restore_report.h"

#include "apps/countersign/backup.h"
#include "apps/countersign/command.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using backup::Standing;

std::string time_text(std::int64_t seconds) { return base::format_rfc3339({seconds * 1'000'000}); }

std::string line_of(const backup::LogStanding& log) {
  const auto last = log.last_signed ? "last signed " + time_text(*log.last_signed) : "nothing of it signed";
  switch (log.standing) {
    case Standing::level:
      return fmt::format("{:<48} {:>10} records, {}{}\n", log.log.text, log.records, last,
                         log.known_from.empty() ? "; nothing kept elsewhere to compare with" : "");
    case Standing::rolled_back:
      return fmt::format(
          "ROLLED BACK {}: {} records were signed ({}{}), {} are here: {} are missing, records {} to {}, all "
          "from after this copy was made ({})\n",
          log.log.text, log.signed_elsewhere, log.known_from,
          log.known_time ? ", " + time_text(*log.known_time) : std::string(), log.records,
          log.signed_elsewhere - log.records, log.records, log.signed_elsewhere - 1, last);
    case Standing::other:
      break;
  }
  return fmt::format("OTHER RECORDS {}: what was signed ({}) is not what is here\n", log.log.text,
                     log.known_from);
}

boost::json::array witnesses_json(const std::vector<AskedWitness>& witnesses) {
  boost::json::array out;
  for (const auto& one : witnesses)
    out.push_back({{"name", one.name},
                   {"logs", one.logs},
                   {"error", one.error.empty() ? boost::json::value() : boost::json::value(one.error)}});
  return out;
}

}  // namespace

std::uint64_t RestoreReport::rolled_back() const {
  return static_cast<std::uint64_t>(std::count_if(
      logs.begin(), logs.end(), [](const auto& log) { return log.standing == Standing::rolled_back; }));
}

int RestoreReport::exit_code() const {
  const bool other =
      std::any_of(logs.begin(), logs.end(), [](const auto& log) { return log.standing == Standing::other; });
  if (other || tokens.missing + tokens.damaged > 0) return apps::exit_code(base::Code::data_loss);
  return rolled_back() > 0 ? kExitRolledBack : 0;
}

boost::json::object RestoreReport::to_json() const {
  boost::json::array standings;
  for (const auto& log : logs) {
    const auto standing = to_string(log.standing);
    boost::json::object one{
        {"log", log.log.text},
        {"standing", boost::json::string_view(standing.data(), standing.size())},
        {"records", log.records},
        {"signed_elsewhere", log.signed_elsewhere},
        {"known_from", log.known_from},
        {"missing", log.signed_elsewhere > log.records ? log.signed_elsewhere - log.records : 0},
        {"first_missing", nullptr},
        {"known_time", nullptr},
        {"last_signed", nullptr}};
    if (log.signed_elsewhere > log.records) one["first_missing"] = log.records;
    if (log.known_time) one["known_time"] = time_text(*log.known_time);
    if (log.last_signed) one["last_signed"] = time_text(*log.last_signed);
    standings.emplace_back(std::move(one));
  }
  boost::json::object out{
      {"snapshot", snapshot},
      {"time", base::format_rfc3339(time)},
      {"region", region},
      {"bytes", bytes},
      {"records", records},
      {"erasures", erasures},
      {"values_erased", values_erased},
      {"registry_restored", settings.registry_restored},
      {"settings_differ", boost::json::array(settings.differences.begin(), settings.differences.end())},
      {"head_memory", has_head_memory},
      {"compared", compared},
      {"witnesses", witnesses_json(witnesses)},
      {"verified", verified},
      {"rolled_back", rolled_back()},
      {"logs", std::move(standings)}};
  if (verified)
    out["tokens"] = {{"all", tokens.tokens},
                     {"open", tokens.open},
                     {"erased", tokens.erased},
                     {"missing", tokens.missing},
                     {"damaged", tokens.damaged}};
  return out;
}

std::string RestoreReport::to_text() const {
  auto text = fmt::format("The region {} is back as of {}: snapshot {}, {}, {} records\n", region,
                          base::format_rfc3339(time), snapshot, shown_bytes(bytes), records);
  text += fmt::format(
      "Erasures that are remembered: {}; values that this copy still had of them, erased again: {}\n",
      erasures, values_erased);
  if (verified)
    text += fmt::format(
        "Verified: every record, link, tile and checkpoint. Tokens in records: {}; with their value: {}, "
        "erased: {}, missing: {}, damaged: {}\n",
        tokens.tokens, tokens.open, tokens.erased, tokens.missing, tokens.damaged);
  text += "\n";
  for (const auto& log : logs) text += line_of(log);
  for (const auto& witness : witnesses) {
    if (witness.error.empty() || witness.logs > 0)
      text += fmt::format("The witness {} was asked: it has cosigned {} logs of the region\n", witness.name,
                          witness.logs);
    if (!witness.error.empty())
      text += fmt::format("The witness {} COULD NOT BE ASKED about {}\n", witness.name, witness.error);
  }
  if (rolled_back() > 0) {
    text +=
        "\nThis is a rollback: more was signed than this copy holds. It can be read, verified and exported "
        "up "
        "to its last checkpoint, but\ncountersignd will not go on with it, because it would sign another "
        "history for sizes that were signed already. Look for a newer\nbackup; docs/backup.md says what to "
        "do "
        "where there is none.\n";
  } else if (!compared) {
    text +=
        "\nNo head memory is here and no checkpoint was given: that something newer was signed cannot be "
        "excluded. Compare with what others keep,\nbefore countersignd runs: a witness, the checkpoint in a "
        "bundle (data/checkpoint), restore --checkpoint FILE.\n";
  }
  if (!settings.differences.empty()) {
    text +=
        "\nSETTINGS DIFFER: what is here stayed, and the snapshot says otherwise. See which is the newer: "
        "another region's snapshot may have\nbrought an older registry, in which a source or operator is not "
        "yet revoked or a tenant not yet moved. To take the snapshot's, move the region away and "
        "restore\nagain with "
        "--replace-settings.\n";
    for (const auto& one : settings.differences) text += "  " + one + "\n";
  }
  if (tokens.missing + tokens.damaged > 0)
    text +=
        "\nValues are missing from the vault for which no erasure is remembered, or do not open. The records "
        "that hold their tokens still verify.\n";
  return text;
}

}  // namespace countersign::apps
