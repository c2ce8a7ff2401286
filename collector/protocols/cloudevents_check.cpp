#include "collector/protocols/cloudevents_check.h"

#include "collector/protocols/attributes.h"
#include "collector/protocols/item.h"
#include "collector/protocols/media_type.h"
#include "collector/protocols/utf8.h"
#include "ledger/base/encoding.h"
#include "ledger/base/time.h"

#include <algorithm>
#include <array>
#include <vector>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kRequired{"specversion", "id", "source", "type"};
constexpr std::array<std::string_view, 4> kOptionalTexts{"datacontenttype", "dataschema", "subject", "time"};

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }
json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

bool is_data(std::string_view name) { return name == "data" || name == "data_base64"; }

void remove_nulls(json::object& event) {
  std::vector<std::string> unset;
  for (const auto& member : event) {
    if (member.value().is_null() && view(member.key()) != "data") unset.emplace_back(view(member.key()));
  }
  for (const auto& name : unset) event.erase(name);
}

void check_texts(const json::object& event, record::Faults& faults) {
  for (const auto name : kRequired) {
    const auto* value = event.if_contains(view(name));
    if (value == nullptr) {
      faults.push_back({std::string(name), "is required: it is an attribute of every CloudEvent"});
    } else if (!value->is_string() || value->get_string().empty()) {
      faults.push_back({std::string(name), "must be a string that is not empty"});
    }
  }
  for (const auto name : kOptionalTexts) {
    const auto* value = event.if_contains(view(name));
    if (value != nullptr && !value->is_string()) faults.push_back({std::string(name), "must be a string"});
  }
}

}  // namespace

record::Faults check_cloudevent(json::object& event) {
  record::Faults faults;
  remove_nulls(event);
  check_texts(event, faults);
  if (!faults.empty()) return faults;
  if (view(event.at("specversion").get_string()) != "1.0")
    faults.push_back({"specversion", "must be \"1.0\": it is the version that is read here"});
  if (const auto* time = event.if_contains("time")) {
    const auto parsed = base::parse_rfc3339(view(time->get_string()));
    if (!parsed) faults.push_back({"time", parsed.error().message});
  }
  for (const auto& member : event) {
    const bool text = !is_data(view(member.key())) && member.value().is_string();
    if (text && has_control(view(member.value().get_string())))
      faults.push_back({shown_path(view(member.key())), "must not contain control characters"});
    if (faults.size() >= 16) break;
  }
  if (event.contains("data") && event.contains("data_base64"))
    faults.push_back({"data_base64", "must not stand beside data"});
  return faults;
}

record::Faults unfold_data(json::object& event, std::size_t depth_max) {
  const auto* folded = event.if_contains("data_base64");
  if (folded == nullptr) return {};
  if (!folded->is_string()) return {{"data_base64", "must be a string"}};
  const auto bytes = base::from_base64(view(folded->get_string()));
  if (!bytes) return {{"data_base64", "must be base64 with its padding (RFC 4648 section 4)"}};
  const auto text = base::text_of(*bytes);
  const auto* type = event.if_contains("datacontenttype");
  // Without a type it may be anything: JSON is implied for `data` only (JSON format section 3.1.2).
  const bool is_json = type != nullptr && is_json_type(view(type->get_string()));
  if (is_json) {
    auto parsed = base::parse_json(text, {.depth_max = depth_max});
    if (!parsed) return {{"data_base64", "must hold JSON, as datacontenttype says"}};
    auto item = item_of(std::move(*parsed), "data.");
    if (auto* faults = std::get_if<record::Faults>(&item)) return std::move(*faults);
    event["data"] = std::move(std::get<json::value>(item));
    event.erase("data_base64");
  } else if (type != nullptr && is_utf8(text)) {
    event["data"] = view(text);
    event.erase("data_base64");
  }
  return {};
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

auto bad(std::string_view why) { return base::fail(base::Code::invalid_argument, std::string(why)); }

base::Result<std::string> unquoted(std::string_view value) {
  if (!value.starts_with('"')) return std::string(value);
  std::string out;
  std::size_t i = 1;
  for (; i < value.size() && value[i] != '"'; ++i) {
    if (value[i] == '\\' && ++i == value.size()) break;
    out.push_back(value[i]);
  }
  if (i + 1 != value.size()) return bad("has a quote that does not end where the value ends");
  return out;
}

}  // namespace

base::Result<std::string> decode_field_value(std::string_view value) {
  TRY_ASSIGN(const std::string quoted, unquoted(value));
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '%') {
      out.push_back(quoted[i]);
      continue;
    }
    const int high = i + 1 < quoted.size() ? hex_digit(quoted[i + 1]) : -1;
    const int low = i + 2 < quoted.size() ? hex_digit(quoted[i + 2]) : -1;
    if (high < 0 || low < 0) return bad("has a '%' without two hexadecimal digits behind it");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!is_utf8(out)) return bad("must be UTF-8 when its percent-encoding is undone");
  return out;
}

}  // namespace countersign::protocols
