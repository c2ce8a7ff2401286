#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Findings: exceptions that a control or detection found, and what people said and did about each, from
/// `finding.*` records of the system log.
namespace countersign::findings {

enum class State { opened, acknowledged, resolved };
std::string_view to_string(State state);
std::optional<State> parse_state(std::string_view text);

/// Whether a text is spelled as reports::finding_id() spells one.
bool is_finding_id(std::string_view text);

/// Who did something: by the token that stands in the record.
struct Actor {
  std::string role;  ///< of a person, `operator` for a token's holder, `account` for one of the machine
  std::string token;
  std::string id;  ///< an account's id or an operator's name, where it is known (see name_persons)
};

/// One record of a finding's life.
struct Entry {
  std::uint64_t seq = 0;  ///< in the system log
  base::Timestamp at;     ///< received
  Actor by;
  std::string text;  ///< a note, an answer or a reason; empty where there is none
};

struct Finding {
  std::string id;
  State state = State::opened;
  std::optional<std::uint64_t> first_seq;  ///< its first record in the system log

  // What was found; empty, or of an answer that names it, where it was never opened.
  std::string control;
  std::optional<std::int64_t> version;
  std::string item;
  std::vector<std::uint64_t> records;  ///< in the tenant's log
  std::string observed;

  std::optional<Entry> opened;
  std::optional<Entry> acknowledged;  ///< the first; where none was, the resolution
  std::optional<Entry> resolved;      ///< the first
  std::vector<Entry> answers;         ///< of management; the last one holds
};

/// Takes in one more record of the finding, by ascending number. `type` is the record's; `context` and
/// `reason` are its members action.context and outcome.reason. Other types are passed over.
void add_record(Finding& finding, std::string_view type, Entry entry, std::string_view context,
                std::string_view reason);

}  // namespace countersign::findings
