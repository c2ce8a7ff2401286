#include "ledger/record/event_schema.h"

#include <algorithm>
#include <string>

namespace countersign::record {
namespace {

using enum FieldType;

constexpr std::string_view kKinds[] = {"user", "email",      "phone",   "name",      "fingerprint",
                                       "ip",   "user_agent", "session", "attribute", "raw"};
constexpr std::string_view kProofs[] = {"none",       "shared_header", "token",  "hmac",    "jwt",
                                        "asymmetric", "mtls",          "pulled", "backfill"};
constexpr std::string_view kEventTypes[] = {
    "challenge.sent",   "challenge.delivered", "challenge.undelivered", "challenge.verified",
    "challenge.failed", "challenge.expired",   "challenge.cancelled",   "login.succeeded",
    "login.failed",     "action.performed",    "action.blocked",        "factor.enrolled",
    "factor.removed",   "factor.reset",        "user.provisioned",      "user.deprovisioned",
    "user.suspended",   "user.role_changed",   "policy.changed",        "source.heartbeat"};
constexpr std::string_view kSystemTypes[] = {"source.added",
                                             "source.revoked",
                                             "source.silent",
                                             "source.heard",
                                             "tenant.added",
                                             "tenant.moved",
                                             "policy.changed",
                                             "key.created",
                                             "key.rotated",
                                             "ledger.started",
                                             "export.performed",
                                             "personal.viewed",
                                             "erasure.requested",
                                             "erasure.performed",
                                             "hold.placed",
                                             "hold.released",
                                             "records.sealed",
                                             "records.retired",
                                             "backup.performed",
                                             "backup.restored",
                                             "operator.added",
                                             "operator.revoked",
                                             "login.succeeded",
                                             "login.failed",
                                             "session.ended",
                                             "password.set",
                                             "password.verified",
                                             "identity.verified",
                                             "challenge.sent",
                                             "challenge.verified",
                                             "challenge.failed",
                                             "factor.enrolled",
                                             "factor.removed",
                                             "factor.reset",
                                             "user.provisioned",
                                             "user.deprovisioned",
                                             "user.suspended",
                                             "user.role_changed",
                                             "user.invited",
                                             "bundle.downloaded",
                                             "bundle.approved",
                                             "record.viewed",
                                             "records.searched",
                                             "challenge.expired",
                                             "challenge.cancelled",
                                             "ledger.verified",
                                             "policy.reviewed",
                                             "report.performed",
                                             "finding.opened",
                                             "finding.acknowledged",
                                             "finding.answered",
                                             "finding.resolved",
                                             "finding.undelivered",
                                             "source.tested",
                                             "stream.started",
                                             "stream.ended",
                                             "stream.rewound",
                                             "stream.refused",
                                             "log.read",
                                             "alarm.raised",
                                             "alarm.acknowledged",
                                             "stream.dropped",
                                             "document.added",
                                             "document.changed",
                                             "document.withdrawn",
                                             "document.viewed",
                                             "document.expiring",
                                             "document.expired",
                                             "document.undelivered",
                                             "nda.accepted",
                                             "control.changed",
                                             "questionnaire.added",
                                             "questionnaire.changed",
                                             "questionnaire.removed",
                                             "questionnaire.exported",
                                             "answer.approved",
                                             "answer.withdrawn",
                                             "answer.changed",
                                             "answer.stale",
                                             "answer.current",
                                             "answer.undelivered",
                                             "access.requested",
                                             "access.approved",
                                             "access.refused",
                                             "access.expired",
                                             "access.undelivered"};
constexpr std::string_view kPurposes[] = {"signup", "admin_action", "login", "step_up", "audit_access"};
constexpr std::string_view kFactors[] = {"sms", "whatsapp", "voice", "email", "totp", "passkey", "push"};
constexpr std::string_view kSecretNames[] = {
    "code",         "otp",           "otpcode",  "customcode", "passcode",    "verificationcode",
    "pin",          "pincode",       "password", "passwd",     "pwd",         "secret",
    "clientsecret", "sharedsecret",  "apikey",   "privatekey", "accesstoken", "refreshtoken",
    "idtoken",      "authorization", "cookie",   "setcookie",  "bindingcode", "recoverycode",
    "otpsecret",    "seed",          "token"};

template <std::size_t kCount>
std::optional<std::size_t> position(const std::string_view (&names)[kCount], std::string_view text) {
  const auto* found = std::find(std::begin(names), std::end(names), text);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(names));
}

}  // namespace

const std::array<EventField, kEventFieldCount> kEventFields{{
    {"", "id", text, 1, 128, {}},
    {"", "time", time, 0, 0, {}},
    {"", "type", event_type, 0, 0, {}},
    {"", "tenant", tenant, 0, 0, {}},
    {"actor", "id", text, 1, 256, Kind::user},
    {"actor", "email", text, 1, 320, Kind::email},
    {"actor", "phone", text, 1, 64, Kind::phone},
    {"actor", "name", text, 1, 256, Kind::name},
    {"actor", "role", text, 1, 128, {}},
    {"challenge", "id", text, 1, 128, {}},
    {"challenge", "purpose", purpose, 0, 0, {}},
    {"challenge", "factor", factor, 0, 0, {}},
    {"challenge", "provider", text, 1, 64, {}},
    {"challenge", "provider_id", text, 1, 128, {}},
    {"challenge", "attempt", integer, 1, 1'000'000, {}},
    {"challenge", "expires_at", time, 0, 0, {}},
    {"challenge", "fallback_from", factor, 0, 0, {}},
    {"action", "name", text, 1, 128, {}},
    {"action", "resource", text, 1, 512, {}},
    {"action", "context", text, 1, 1024, {}},
    {"device", "fingerprint", text, 1, 256, Kind::fingerprint},
    {"device", "ip", text, 1, 64, Kind::ip},
    {"device", "user_agent", text, 1, 1024, Kind::user_agent},
    {"device", "country", text, 1, 64, {}},
    {"device", "asn", integer, 0, 4'294'967'295, {}},
    {"device", "new", boolean, 0, 0, {}},
    {"session", "id", text, 1, 256, Kind::session},
    {"outcome", "reason", text, 1, 256, {}},
    {"outcome", "risk", integer, 0, 100, {}},
    {"cost", "amount", decimal, 1, 32, {}},
    {"cost", "currency", currency, 0, 0, {}},
    {"delivery", "sequence", integer, 0, 9'007'199'254'740'991, {}},
    {"delivery", "raw", text, 1, kRawBytesMax, Kind::raw},
}};

std::string_view to_string(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(Proof proof) { return kProofs[static_cast<std::size_t>(proof)]; }

std::optional<Kind> parse_kind(std::string_view text) {
  const auto at = position(kKinds, text);
  if (!at) return std::nullopt;
  return static_cast<Kind>(*at);
}

std::optional<Proof> parse_proof(std::string_view text) {
  const auto at = position(kProofs, text);
  if (!at) return std::nullopt;
  return static_cast<Proof>(*at);
}

std::span<const std::string_view> event_types() { return kEventTypes; }
std::span<const std::string_view> system_types() { return kSystemTypes; }
std::span<const std::string_view> purposes() { return kPurposes; }
std::span<const std::string_view> factors() { return kFactors; }

bool names_a_secret(std::string_view member) {
  std::string plain;
  for (const char c : member) {
    if (c == '_' || c == '-' || c == '.' || c == ' ') continue;
    plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return position(kSecretNames, plain).has_value();
}

}  // namespace countersign::record
