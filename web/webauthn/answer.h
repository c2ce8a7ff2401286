#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::webauthn {

// The envelope around what browsers answer: JSON with binary members in base64url without padding. Only the
// form is checked. Errors: invalid_argument, naming the member.

/// RegistrationResponseJSON, WebAuthn section 5.1. What it repeats of the attestation object for the
/// convenience of pages (`publicKey`, `authenticatorData`, …) is not read.
struct RegistrationAnswer {
  std::vector<std::uint8_t> id{};
  std::vector<std::uint8_t> client_data{};
  std::vector<std::uint8_t> attestation_object{};
  std::vector<std::string> transports{};  ///< sorted, each once
};
base::Result<RegistrationAnswer> read_registration_answer(std::string_view answer);

/// AuthenticationResponseJSON, same section.
struct AuthenticationAnswer {
  std::vector<std::uint8_t> id{};
  std::vector<std::uint8_t> client_data{};
  std::vector<std::uint8_t> authenticator_data{};
  std::vector<std::uint8_t> signature{};
  std::optional<std::vector<std::uint8_t>> user_handle{};
};
base::Result<AuthenticationAnswer> read_authentication_answer(std::string_view answer);

/// The member as a string; the view lasts as long as `from`.
base::Result<std::string_view> text_member(const boost::json::object& from, std::string_view name);
/// The member's bytes, at least one.
base::Result<std::vector<std::uint8_t>> bytes_member(const boost::json::object& from, std::string_view name);

}  // namespace countersign::webauthn
