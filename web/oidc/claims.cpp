#include "web/oidc/claims.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

const json::value* find(const json::object& from, std::string_view name) {
  return from.if_contains(json::string_view(name.data(), name.size()));
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

auto doubt(std::string_view what) {
  return fail(Code::unauthenticated, "the provider's token " + std::string(what));
}

}  // namespace

base::Result<json::object> read_object(std::string_view text, std::string_view what) {
  auto parsed = base::parse_json(text, {.depth_max = 16});
  if (!parsed || !parsed->duplicates.empty() || !parsed->value.is_object())
    return fail(Code::data_loss, std::string(what) + " is not a JSON object whose members are unique");
  return std::move(parsed->value.get_object());
}

std::string_view text_of(const json::object& from, std::string_view name) {
  const auto* value = find(from, name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view();
}

std::string plain_text_of(const json::object& from, std::string_view name, std::size_t size_max) {
  const auto text = text_of(from, name);
  const bool plain = text.size() <= size_max && std::none_of(text.begin(), text.end(), [](char c) {
                       const auto byte = static_cast<unsigned char>(c);
                       return byte < 0x20 || byte == 0x7f;
                     });
  return plain ? std::string(text) : std::string();
}

std::optional<std::int64_t> seconds_of(const json::object& from, std::string_view name) {
  constexpr std::int64_t kMost = 253'402'300'799;  // the last second of the year 9999
  const auto* value = find(from, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  if (value->is_double()) {
    const double seconds = std::floor(value->get_double());
    if (!(seconds >= 0) || seconds > static_cast<double>(kMost)) return std::nullopt;
    return static_cast<std::int64_t>(seconds);
  }
  if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > kMost) return std::nullopt;
  return value->get_int64();
}

std::vector<std::string> texts_of(const json::object& from, std::string_view name) {
  const auto* value = find(from, name);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_string()) out.emplace_back(view(value->get_string()));
  if (!value->is_array()) return out;
  for (const auto& one : value->get_array())
    if (one.is_string()) out.emplace_back(view(one.get_string()));
  return out;
}

base::Result<void> check_audience(const json::object& claims, const Audience& audience) {
  if (text_of(claims, "iss") != audience.issuer) return doubt("names another issuer (iss)");
  const auto* aud = find(claims, "aud");
  const auto audiences = texts_of(claims, "aud");
  const bool all_texts = aud != nullptr && (!aud->is_array() || aud->get_array().size() == audiences.size());
  if (!all_texts || std::find(audiences.begin(), audiences.end(), audience.client_id) == audiences.end())
    return doubt("is for somebody else (aud)");
  const bool known = std::all_of(audiences.begin(), audiences.end(), [&](const auto& one) {
    return one == audience.client_id ||
           std::find(audience.others.begin(), audience.others.end(), one) != audience.others.end();
  });
  if (!known) return doubt("is for others, too, who are not among the audiences that are allowed (aud)");
  const bool has_party = find(claims, "azp") != nullptr;
  if ((has_party || audiences.size() > 1) && text_of(claims, "azp") != audience.client_id)
    return doubt("was issued to somebody else (azp)");
  return {};
}

base::Result<void> check_times(const json::object& claims, std::int64_t now_s, std::int64_t skew_s) {
  const auto issued = seconds_of(claims, "iat");
  if (!issued) return doubt("does not say when it was issued (iat)");
  if (*issued > now_s + skew_s)
    return doubt("was issued in the future (iat): compare the clocks of this machine and of the provider");
  if (find(claims, "nbf") != nullptr) {
    const auto begins = seconds_of(claims, "nbf");
    if (!begins || *begins > now_s + skew_s) return doubt("is not good yet (nbf)");
  }
  if (find(claims, "exp") != nullptr) {
    const auto expires = seconds_of(claims, "exp");
    if (!expires || *expires + skew_s <= now_s) return doubt("has expired (exp)");
  }
  return {};
}

}  // namespace countersign::oidc
