#include "web/webauthn/answer.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "web/webauthn/credential.h"
#include "web/webauthn/verify.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kTransportsMax = 16, kTransportBytesMax = 32;

const json::value* find(const json::object& from, std::string_view name) {
  return from.if_contains(json::string_view(name.data(), name.size()));
}

/// What the two answers have in common.
struct Envelope {
  std::vector<std::uint8_t> id{};
  json::object response{};
};

base::Result<Envelope> read_envelope(std::string_view answer) {
  if (answer.size() > kAnswerBytesMax)
    return fail(Code::invalid_argument, fmt::format("the answer is longer than {} bytes", kAnswerBytesMax));
  auto parsed = base::parse_json(answer, {.depth_max = 8});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::invalid_argument, "the answer is not an object of JSON");
  if (!parsed->duplicates.empty())
    return fail(Code::invalid_argument, "a member of the answer stands there twice");
  auto& object = parsed->value.get_object();
  TRY_ASSIGN(const auto type, text_member(object, "type"));
  if (type != "public-key") return fail(Code::invalid_argument, "the answer is not of a public key");
  Envelope out;
  TRY_ASSIGN(const auto id, text_member(object, "id"));
  TRY_ASSIGN(const auto raw_id, text_member(object, "rawId"));
  if (id != raw_id) return fail(Code::invalid_argument, "id and rawId differ");
  TRY_ASSIGN(out.id, bytes_member(object, "rawId"));
  if (out.id.size() > kCredentialIdBytesMax)
    return fail(Code::invalid_argument, "the credential id is longer than 1023 bytes");
  auto* response = object.if_contains("response");
  if (response == nullptr || !response->is_object())
    return fail(Code::invalid_argument, "response is not an object");
  out.response = response->get_object();
  return out;
}

/// `usb`, `smart-card`: new ones may come (WebAuthn section 5.8.4), so each that looks like one is kept.
bool is_transport(std::string_view text) {
  return !text.empty() && text.size() <= kTransportBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

base::Result<std::vector<std::string>> read_transports(const json::object& response) {
  const auto* value = find(response, "transports");
  if (value == nullptr) return std::vector<std::string>{};
  const auto* array = value->if_array();
  if (array == nullptr || array->size() > kTransportsMax)
    return fail(Code::invalid_argument, "transports is not an array of a few names");
  std::vector<std::string> out;
  for (const auto& one : *array) {
    const auto* text = one.if_string();
    if (text == nullptr || !is_transport({text->data(), text->size()}))
      return fail(Code::invalid_argument, "transports is not an array of a few names");
    out.emplace_back(text->data(), text->size());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

base::Result<std::string_view> text_member(const json::object& from, std::string_view name) {
  const auto* value = find(from, name);
  if (value == nullptr || !value->is_string())
    return fail(Code::invalid_argument, fmt::format("{} is not a string", name));
  return std::string_view(value->get_string().data(), value->get_string().size());
}

base::Result<std::vector<std::uint8_t>> bytes_member(const json::object& from, std::string_view name) {
  TRY_ASSIGN(const auto text, text_member(from, name));
  auto bytes = base::from_base64url(text);
  if (!bytes || bytes->empty()) return fail(Code::invalid_argument, fmt::format("{} is not base64url", name));
  return std::move(*bytes);
}

base::Result<RegistrationAnswer> read_registration_answer(std::string_view answer) {
  TRY_ASSIGN(auto envelope, read_envelope(answer));
  RegistrationAnswer out;
  out.id = std::move(envelope.id);
  TRY_ASSIGN(out.client_data, bytes_member(envelope.response, "clientDataJSON"));
  TRY_ASSIGN(out.attestation_object, bytes_member(envelope.response, "attestationObject"));
  TRY_ASSIGN(out.transports, read_transports(envelope.response));
  return out;
}

base::Result<AuthenticationAnswer> read_authentication_answer(std::string_view answer) {
  TRY_ASSIGN(auto envelope, read_envelope(answer));
  AuthenticationAnswer out;
  out.id = std::move(envelope.id);
  TRY_ASSIGN(out.client_data, bytes_member(envelope.response, "clientDataJSON"));
  TRY_ASSIGN(out.authenticator_data, bytes_member(envelope.response, "authenticatorData"));
  TRY_ASSIGN(out.signature, bytes_member(envelope.response, "signature"));
  const auto* handle = find(envelope.response, "userHandle");
  if (handle != nullptr && !handle->is_null()) {
    TRY_ASSIGN(out.user_handle, bytes_member(envelope.response, "userHandle"));
    if (out.user_handle->size() > kUserHandleBytesMax)
      return fail(Code::invalid_argument, "userHandle is longer than 64 bytes");
  }
  return out;
}

}  // namespace countersign::webauthn
