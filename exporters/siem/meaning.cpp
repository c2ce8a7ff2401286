#include "exporters/siem/meaning.h"

#include <algorithm>
#include <array>

namespace countersign::siem {
namespace {

using enum OcsfClass;
using enum Outcome;
using enum Severity;

constexpr int kOther = kOtherActivity;

constexpr auto kMeanings = std::to_array<Meaning>({
    {"action.blocked", "Action blocked", api_activity, kOther, "Action", failure, medium, "api", "denied"},
    {"action.performed", "Action performed", api_activity, kOther, "Action", success, informational, "api",
     "allowed"},
    {"alarm.acknowledged", "Alarm acknowledged", detection_finding, 2, "Update", success, informational,
     "intrusion_detection", "info"},
    {"alarm.raised", "Alarm raised", detection_finding, 1, "Create", success, high, "intrusion_detection",
     "info"},
    {"backup.performed", "Backup performed", entity_management, 1, "Create", success, informational,
     "configuration", "info"},
    {"backup.restored", "Backup restored", entity_management, 3, "Update", success, medium, "configuration",
     "change"},
    {"bundle.approved", "Evidence bundle approved", api_activity, 3, "Update", success, informational, "api",
     "change"},
    {"bundle.downloaded", "Evidence bundle downloaded", api_activity, 2, "Read", success, informational,
     "api", "access"},
    {"challenge.cancelled", "Challenge cancelled", authentication, kOther, "Challenge Cancelled", unknown,
     informational, "authentication", "end"},
    {"challenge.delivered", "Challenge delivered", authentication, kOther, "Challenge Delivered", success,
     informational, "authentication", "info"},
    {"challenge.expired", "Challenge expired", authentication, kOther, "Challenge Expired", failure,
     informational, "authentication", "end"},
    {"challenge.failed", "Challenge failed", authentication, kOther, "Challenge Failed", failure, low,
     "authentication", "end"},
    {"challenge.sent", "Challenge sent", authentication, 6, "Preauth", success, informational,
     "authentication", "start"},
    {"challenge.undelivered", "Challenge not delivered", authentication, kOther, "Challenge Undelivered",
     failure, low, "authentication", "info"},
    {"challenge.verified", "Challenge verified", authentication, kOther, "Challenge Verified", success,
     informational, "authentication", "end"},
    {"erasure.performed", "Personal data erased", entity_management, 4, "Delete", success, informational,
     "database", "change"},
    {"erasure.requested", "Erasure of personal data ordered", entity_management, kOther, "Erasure Request",
     success, informational, "database", "info"},
    {"export.performed", "Evidence exported", api_activity, 2, "Read", success, informational, "api",
     "access"},
    {"factor.enrolled", "Factor enrolled", account_change, 10, "MFA Factor Enable", success, informational,
     "iam", "change"},
    {"factor.removed", "Factor removed", account_change, 11, "MFA Factor Disable", success, low, "iam",
     "change"},
    {"factor.reset", "Factor reset", account_change, kOther, "MFA Factor Reset", success, low, "iam",
     "change"},
    {"finding.acknowledged", "Finding acknowledged", detection_finding, 2, "Update", success, informational,
     "intrusion_detection", "info"},
    {"finding.answered", "Finding answered", detection_finding, 2, "Update", success, informational,
     "intrusion_detection", "info"},
    {"finding.opened", "Finding opened", detection_finding, 1, "Create", success, medium,
     "intrusion_detection", "info"},
    {"finding.resolved", "Finding resolved", detection_finding, 3, "Close", success, informational,
     "intrusion_detection", "info"},
    {"finding.undelivered", "Finding could not be told of", application_lifecycle, kOther,
     "Notice Undelivered", failure, medium, "configuration", "info"},
    {"hold.placed", "Legal hold placed", entity_management, 1, "Create", success, informational,
     "configuration", "creation"},
    {"hold.released", "Legal hold released", entity_management, 4, "Delete", success, informational,
     "configuration", "deletion"},
    {"identity.verified", "Identity verified", authentication, kOther, "Identity Verified", success,
     informational, "authentication", "info"},
    {"key.created", "Key created", entity_management, 1, "Create", success, informational, "configuration",
     "creation"},
    {"key.rotated", "Key rotated", entity_management, 3, "Update", success, low, "configuration", "change"},
    {"ledger.started", "Ledger started", application_lifecycle, 3, "Start", success, informational,
     "configuration", "info"},
    {"ledger.verified", "Ledger verified", application_lifecycle, kOther, "Verify", unknown, informational,
     "configuration", "info"},
    {"log.read", "Log read", api_activity, 2, "Read", success, informational, "api", "access"},
    {"login.failed", "Login failed", authentication, 1, "Logon", failure, low, "authentication", "start"},
    {"login.succeeded", "Login succeeded", authentication, 1, "Logon", success, informational,
     "authentication", "start"},
    {"operator.added", "Operator added", entity_management, 1, "Create", success, low, "iam", "creation"},
    {"operator.revoked", "Operator revoked", entity_management, 4, "Delete", success, low, "iam", "deletion"},
    {"password.set", "Password set", account_change, 3, "Password Change", success, informational, "iam",
     "change"},
    {"password.verified", "Password verified", authentication, kOther, "Password Verified", success,
     informational, "authentication", "info"},
    {"personal.viewed", "Personal data viewed", api_activity, 2, "Read", success, low, "api", "access"},
    {"policy.changed", "Policy changed", entity_management, 3, "Update", success, low, "configuration",
     "change"},
    {"policy.reviewed", "Policy reviewed", entity_management, 2, "Read", success, informational,
     "configuration", "info"},
    {"record.viewed", "Record viewed", api_activity, 2, "Read", success, informational, "api", "access"},
    {"records.retired", "Records retired", entity_management, 4, "Delete", success, informational, "database",
     "change"},
    {"records.sealed", "Records sealed", entity_management, 3, "Update", success, informational, "database",
     "info"},
    {"records.searched", "Records searched", api_activity, 2, "Read", success, informational, "api",
     "access"},
    {"report.performed", "Report performed", api_activity, 2, "Read", success, informational, "api",
     "access"},
    {"session.ended", "Session ended", authentication, 2, "Logoff", success, informational, "authentication",
     "end"},
    {"source.added", "Source added", entity_management, 1, "Create", success, low, "configuration",
     "creation"},
    {"source.heard", "Source heard again", application_lifecycle, 3, "Start", success, informational,
     "configuration", "info"},
    {"source.heartbeat", "Heartbeat of a source", application_lifecycle, kOther, "Heartbeat", success,
     informational, "configuration", "info"},
    {"source.revoked", "Source revoked", entity_management, 4, "Delete", success, low, "configuration",
     "deletion"},
    {"source.silent", "Source silent", application_lifecycle, 4, "Stop", failure, medium, "configuration",
     "info"},
    {"source.tested", "Source tested", application_lifecycle, kOther, "Test", success, informational,
     "configuration", "info"},
    {"stream.dropped", "Refused events of a stream dropped", entity_management, 4, "Delete", success, low,
     "configuration", "deletion"},
    {"stream.ended", "Stream to a SIEM ended", entity_management, 4, "Delete", success, medium,
     "configuration", "deletion"},
    {"stream.refused", "Event refused by a SIEM", application_lifecycle, kOther, "Event Refused", failure,
     medium, "configuration", "info"},
    {"stream.rewound", "Stream to a SIEM rewound", entity_management, 3, "Update", success, informational,
     "configuration", "change"},
    {"stream.started", "Stream to a SIEM started", entity_management, 1, "Create", success, low,
     "configuration", "creation"},
    {"tenant.added", "Tenant added", entity_management, 1, "Create", success, low, "configuration",
     "creation"},
    {"tenant.moved", "Tenant moved", entity_management, 5, "Move", success, low, "configuration", "change"},
    {"user.deprovisioned", "User deprovisioned", account_change, 6, "Delete", success, informational, "iam",
     "deletion"},
    {"user.invited", "User invited", account_change, kOther, "Invite", success, informational, "iam",
     "creation"},
    {"user.provisioned", "User provisioned", account_change, 1, "Create", success, informational, "iam",
     "creation"},
    {"user.role_changed", "Role of a user changed", account_change, kOther, "Role Change", success, low,
     "iam", "change"},
    {"user.suspended", "User suspended", account_change, 5, "Disable", success, low, "iam", "change"},
});
static_assert(std::ranges::is_sorted(kMeanings, {}, &Meaning::type));

}  // namespace

Meaning meaning_of(std::string_view type) {
  const auto found = std::ranges::lower_bound(kMeanings, type, {}, &Meaning::type);
  if (found != kMeanings.end() && found->type == type) return *found;
  Meaning out;
  out.type = type;
  out.title = type;
  out.activity_name = type;
  return out;
}

}  // namespace countersign::siem
