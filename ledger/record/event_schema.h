#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace countersign::record {

/// What sort of personal value a token stands for. The kind is hashed into the token, so its spelling
/// (to_string) is part of the format.
enum class Kind : std::uint8_t {
  user,
  email,
  phone,
  name,
  fingerprint,
  ip,
  user_agent,
  session,
  attribute,
  raw
};
std::string_view to_string(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

/// How the source of an event proved that it was the sender, from weak to strong (see FORMAT.md).
enum class Proof : std::uint8_t { none, shared_header, token, hmac, jwt, asymmetric, mtls, pulled, backfill };
std::string_view to_string(Proof proof);
std::optional<Proof> parse_proof(std::string_view text);

enum class FieldType : std::uint8_t {
  text,        ///< a string of `min` to `max` characters, none of them a control character
  time,        ///< an RFC 3339 date-time with a zone
  event_type,  ///< one of kEventTypes, or of kSystemTypes in the system log
  tenant,      ///< see base::parse_tenant
  purpose,     ///< one of kPurposes
  factor,      ///< one of kFactors
  integer,     ///< a whole number from `min` to `max`
  boolean,     ///< true or false
  decimal,     ///< a string such as "0.0075": digits, at most one point, no sign
  currency,    ///< three capital letters, ISO 4217
};

/// One member of an event. The order of kEventFields is the order of the members in a record.
struct EventField {
  std::string_view object;  ///< "actor", or empty for a member of the event itself
  std::string_view name;    ///< "email"
  FieldType type = FieldType::text;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::optional<Kind> personal;  ///< stands in a record as a token of this kind
};

inline constexpr std::size_t kEventFieldCount = 33;

/// Every member but `attributes`, which comes last in an event and is free-form.
extern const std::array<EventField, kEventFieldCount> kEventFields;

/// Positions in kEventFields of the members that code asks for by name.
enum Field : std::size_t {
  kId,
  kTime,
  kType,
  kTenant,
  kActorId,
  kActorEmail,
  kActorPhone,
  kActorName,
  kActorRole,
  kChallengeId,
  kChallengePurpose,
  kChallengeFactor,
  kChallengeProvider,
  kChallengeProviderId,
  kChallengeAttempt,
  kChallengeExpiresAt,
  kChallengeFallbackFrom,
  kActionName,
  kActionResource,
  kActionContext,
  kDeviceFingerprint,
  kDeviceIp,
  kDeviceUserAgent,
  kDeviceCountry,
  kDeviceAsn,
  kDeviceNew,
  kSessionId,
  kOutcomeReason,
  kOutcomeRisk,
  kCostAmount,
  kCostCurrency,
  kDeliverySequence,
  kDeliveryRaw,
};

std::span<const std::string_view> event_types();   ///< what a source may send
std::span<const std::string_view> system_types();  ///< what the appliance records of itself in `_system`
std::span<const std::string_view> purposes();
std::span<const std::string_view> factors();

/// Names of members under `attributes` that hold a code, password or secret. They are removed before anything
/// is stored, at any depth, and the record says so. Compared without regard to case, '_' and '-'.
bool names_a_secret(std::string_view member);

inline constexpr std::size_t kEventBytesMax = 32 * 1024;  ///< of an event as it was sent
inline constexpr std::size_t kRawBytesMax = 256 * 1024;   ///< of a payload that is kept as it came
inline constexpr std::size_t kRecordBytesMax = 65'535;    ///< a tlog-tiles entry bundle has 16-bit lengths
inline constexpr std::size_t kRecordHeadMax = 1024;       ///< of a record, before `redacted` and `event`
inline constexpr std::size_t kAttributesMax = 256;        ///< values under `attributes`
inline constexpr std::size_t kAttributeDepthMax = 6;
inline constexpr std::size_t kAttributeNameMax = 64;

}  // namespace countersign::record
