#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_view.h"
#include "web/notify/notice.h"

#include <string>
#include <string_view>

namespace countersign::notify {

/// Whether a type is a step of a finding that is told to the outside.
bool is_told(std::string_view type);
/// The same of reminders of documents.
bool is_reminder(std::string_view type);
/// The same of approved answers, and of requests for access.
bool is_of_procurement(std::string_view type);

/// The id under which a finding was opened: `finding.opened/<tenant>/<finding>`.
std::string opened_id(std::string_view tenant, std::string_view finding);

/// What a record of such a type says: type, time, tenant and finding; of `finding.opened` also what was
/// found. invalid_argument where it does not say whose finding it is, or what was found.
base::Result<Notice> read_notice(const record::EventView& event);

/// What a reminder says, but for the region and the log. invalid_argument where it does not say of what.
base::Result<Notice> read_reminder(const record::EventView& event);

/// What a record of an answer or of a request for access says, but for the region and the log; of an answer
/// to a question of a questionnaire it names no tenant. Who asks for access is not read. invalid_argument
/// where it does not say of what.
base::Result<Notice> read_procurement(const record::EventView& event);

/// Adds what was found, from the event of the finding's `finding.opened`.
void add_found(const record::EventView& opened, Notice& to);

}  // namespace countersign::notify
