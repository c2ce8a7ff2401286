#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::notify {

/// What a reminder says of a document beside its title and its version.
struct DocumentNotice {
  std::string id, kind;
  std::string valid_until;  ///< `2026-12-31`
  std::int64_t left = 0;    ///< days; 0: on the last one, or it has expired

  bool operator==(const DocumentNotice&) const = default;
};

/// Which approved answers no longer hold, or hold again. What the questionnaire is called is not said: it
/// tells who asks.
struct AnswerNotice {
  std::string answer;                    ///< id in the library, of one that somebody stands for; else empty
  std::string questionnaire;             ///< id
  std::vector<std::uint32_t> questions;  ///< of the questionnaire, by number

  bool operator==(const AnswerNotice&) const = default;
};

/// A step in the life of a finding, a reminder of a document, what became of an approved answer, or that
/// somebody asks for access, as it is told to the outside. A value; holds no personal value, because a record
/// holds none in the clear.
struct Notice {
  std::string type;                                       ///< one of those below
  std::string time;                                       ///< RFC 3339, when it happened
  std::optional<DocumentNotice> document = std::nullopt;  ///< of a reminder; then `tenant` is `_system`
  std::optional<AnswerNotice> answer = std::nullopt;      ///< then `tenant` is whose evidence it goes by
  std::string request;  ///< of a request for access: its id; then `tenant` is `_system`
  std::string finding;
  std::string tenant, region;  ///< `tenant` is empty of a questionnaire that is not there any more
  std::string log;      ///< the tenant's log, in which `records` stand; else, but of findings, the system log
  std::string control;  ///< this and what follows is empty where the finding was never opened
  std::int64_t version = 0;
  std::string title;     ///< empty where the control is not known here
  std::string severity;  ///< `low`, `medium`, `high`; empty where the control is not known here
  std::string item;
  std::vector<std::uint64_t> records;
  std::string observed;  ///< of an answer: which facts are others now
  std::string note;      ///< what was said when it was acknowledged or resolved

  bool operator==(const Notice&) const = default;
};

inline constexpr std::string_view kOpened = "finding.opened";
inline constexpr std::string_view kAcknowledged = "finding.acknowledged";
inline constexpr std::string_view kResolved = "finding.resolved";
inline constexpr std::string_view kTest = "finding.test";
inline constexpr std::string_view kExpiring = "document.expiring";
inline constexpr std::string_view kExpired = "document.expired";
inline constexpr std::string_view kStale = "answer.stale";
inline constexpr std::string_view kCurrent = "answer.current";
inline constexpr std::string_view kRequested = "access.requested";

/// The JSON document that a webhook is given: docs/notify.md. One line; what is not known is null.
std::string to_body(const Notice& notice);

/// Reads what to_body wrote; data_loss for anything else.
base::Result<Notice> parse_body(std::string_view body);

/// In words, for people: `opened`, `acknowledged`, `resolved`, `test`, `expiring`, `expired`, `stale`,
/// `current`, `requested`.
std::string_view step_of(const Notice& notice);

/// What it is about, as types of records begin: `finding`, `document`, `answer`, `access`.
std::string_view subject_of(const Notice& notice);

/// The same in full, as `action.resource` of a record names it; of many questions the questionnaire alone.
std::string resource_of(const Notice& notice);

/// Of an answer, for people: `answer otp-single-use of acme`, `questions 4, 7 of a questionnaire`.
std::string answers_of(const Notice& notice);

/// Whether `more` tells the same of other questions of the same questionnaire; then `to` tells of both: one
/// fact that is another one may concern hundreds of answers.
bool add_to(Notice& to, const Notice& more);

/// Of a reminder, in words: `held until 2026-12-31` or `holds until 2026-12-31, 30 days are left`.
std::string days_of(const Notice& notice);

}  // namespace countersign::notify
