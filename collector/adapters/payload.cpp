#include "collector/adapters/payload.h"

#include "ledger/base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretPathsMax = 16;
constexpr std::size_t kShownMax = 64;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

bool is_shown(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

/// A path goes into the record in the clear: a member's name that is not a plain word is shown as '*'.
std::string step(std::string_view name) {
  const bool plain =
      !name.empty() && name.size() <= kShownMax && std::all_of(name.begin(), name.end(), is_shown);
  return plain ? std::string(name) : "*";
}

void collect_secrets(const json::value& value, const std::string& path, std::vector<std::string>& out) {
  if (out.size() >= kSecretPathsMax) return;
  if (value.is_array()) {
    std::size_t index = 0;
    for (const auto& element : value.get_array())
      collect_secrets(element, fmt::format("{}[{}]", path, index++), out);
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      const auto name = view(member.key());
      const std::string inner = path.empty() ? step(name) : path + "." + step(name);
      if (!record::names_a_secret(name)) {
        collect_secrets(member.value(), inner, out);
      } else if (!member.value().is_null() && out.size() < kSecretPathsMax) {
        out.push_back(inner);
      }
    }
  }
}

/// Whether a member of that name holds what was sent to the user.
bool is_message_text(std::string_view name) {
  const auto plain = lowered(name);
  constexpr std::string_view kNames[] = {"body",     "text",         "content",
                                         "sms_text", "message_text", "message_body"};
  return std::find(std::begin(kNames), std::end(kNames), plain) != std::end(kNames);
}

}  // namespace

const json::value* find(const json::value& from, Path path) {
  const json::value* at = &from;
  for (const auto name : path) {
    if (!at->is_object()) return nullptr;
    at = at->get_object().if_contains(json::string_view(name.data(), name.size()));
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view text_at(const json::value& from, Path path) {
  const auto* found = find(from, path);
  return found != nullptr && found->is_string() ? view(found->get_string()) : std::string_view{};
}

std::string words_at(const json::value& from, Path path) {
  const auto* found = find(from, path);
  if (found == nullptr) return {};
  if (found->is_int64()) return fmt::format("{}", found->get_int64());
  if (found->is_uint64()) return fmt::format("{}", found->get_uint64());
  return found->is_string() ? std::string(view(found->get_string())) : std::string();
}

std::optional<std::int64_t> number_at(const json::value& from, Path path) {
  const std::string words = words_at(from, path);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), number);
  if (error != std::errc() || end != words.data() + words.size() || words.empty()) return std::nullopt;
  return number;
}

std::optional<std::string> time_of(std::string_view text) {
  constexpr std::size_t kSecondsSize = 19;  // 2025-10-03T14:09:32
  if (text.size() < kSecondsSize || text.size() > 64) return std::nullopt;
  std::string out(text.substr(0, kSecondsSize));
  if (out[10] == ' ') out[10] = 'T';
  auto rest = text.substr(kSecondsSize);
  if (!rest.empty() && rest.front() == '.') {
    const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    out.append(rest.substr(0, std::min<std::size_t>(end, 10)));
    rest.remove_prefix(end);
  }
  out.append(rest.empty() ? "Z" : rest);
  if (!base::parse_rfc3339(out)) return std::nullopt;
  return out;
}

std::optional<std::string> time_received(const AdapterContext& context) {
  if (context.received.micros == 0) return std::nullopt;
  return base::format_rfc3339(context.received);
}

std::optional<std::string> time_of_millis(std::int64_t millis) {
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  if (millis < 0 || millis >= kYear10000) return std::nullopt;
  return base::format_rfc3339(base::Timestamp{millis * 1000});
}

std::vector<std::string> secrets_of(const json::value& payload) {
  std::vector<std::string> out;
  collect_secrets(payload, "", out);
  return out;
}

json::value without_secrets(const json::value& payload) {
  if (payload.is_array()) {
    json::array out;
    out.reserve(payload.get_array().size());
    for (const auto& element : payload.get_array()) out.push_back(without_secrets(element));
    return out;
  }
  if (!payload.is_object()) return payload;
  json::object out;
  for (const auto& member : payload.get_object()) {
    const auto name = view(member.key());
    const bool text = member.value().is_string() && is_message_text(name);
    if (!text && !record::names_a_secret(name)) out[member.key()] = without_secrets(member.value());
  }
  return out;
}

std::string shown_type(std::string_view type) {
  std::string out(type.substr(0, kShownMax));
  for (char& c : out) {
    if (!is_shown(c)) c = c == ' ' ? '_' : '?';
  }
  return out.empty() ? "none" : out;
}

std::string_view why_not(std::span<const NotEvidence> list, std::string_view type) {
  for (const auto& entry : list) {
    const bool prefix = entry.type.ends_with('*');
    if (prefix ? type.starts_with(entry.type.substr(0, entry.type.size() - 1)) : type == entry.type)
      return entry.why;
  }
  return {};
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace countersign::adapters
