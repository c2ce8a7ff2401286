#include "web/notify/notice.h"

#include "ledger/base/json.h"
#include "ledger/base/types.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::notify {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "finding.";

json::value or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string body_of(const Notice& notice, json::object data) {
  return json::serialize(
      json::object{{"type", notice.type}, {"timestamp", notice.time}, {"data", std::move(data)}});
}

std::string document_body(const Notice& notice) {
  const auto& document = *notice.document;
  return body_of(notice, {{"document", document.id},
                          {"kind", document.kind},
                          {"version", notice.version},
                          {"title", or_null(notice.title)},
                          {"severity", notice.severity},
                          {"valid_until", document.valid_until},
                          {"left", document.left},
                          {"region", notice.region},
                          {"log", notice.log}});
}

std::int64_t number_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

/// Of a reminder; without an id where it is none.
DocumentNotice read_document(const json::object& from) {
  return {text_of(from, "document"), text_of(from, "kind"), text_of(from, "valid_until"),
          number_of(from, "left")};
}

bool is_of_document(std::string_view type) { return type == kExpiring || type == kExpired; }

}  // namespace

std::string to_body(const Notice& notice) {
  if (notice.document) return document_body(notice);
  json::object data{{"finding", or_null(notice.finding)},
                    {"tenant", notice.tenant},
                    {"region", notice.region},
                    {"control", or_null(notice.control)},
                    {"version", notice.version == 0 ? json::value() : json::value(notice.version)},
                    {"title", or_null(notice.title)},
                    {"severity", or_null(notice.severity)},
                    {"item", or_null(notice.item)},
                    {"records", json::array(notice.records.begin(), notice.records.end())},
                    {"observed", or_null(notice.observed)},
                    {"log", notice.log},
                    {"note", or_null(notice.note)}};
  return body_of(notice, std::move(data));
}

base::Result<Notice> parse_body(std::string_view body) {
  const auto wrong = [] { return base::fail(base::Code::data_loss, "it holds no notice"); };
  const auto parsed = base::parse_json(body, {});
  if (!parsed || !parsed->value.is_object()) return wrong();
  const auto& top = parsed->value.get_object();
  const auto* data = top.if_contains("data");
  if (data == nullptr || !data->is_object()) return wrong();
  const auto& from = data->get_object();
  Notice out;
  out.type = text_of(top, "type");
  out.time = text_of(top, "timestamp");
  for (const auto& [name, into] : {std::pair("finding", &Notice::finding),
                                   {"tenant", &Notice::tenant},
                                   {"region", &Notice::region},
                                   {"control", &Notice::control},
                                   {"title", &Notice::title},
                                   {"severity", &Notice::severity},
                                   {"item", &Notice::item},
                                   {"observed", &Notice::observed},
                                   {"log", &Notice::log},
                                   {"note", &Notice::note}})
    out.*into = text_of(from, name);
  if (is_of_document(out.type)) {
    out.document = read_document(from);
    out.tenant = base::kSystemTenant;
    if (out.document->id.empty()) return wrong();
  }
  if (!(out.document || out.type.starts_with(kPrefix)) || out.time.empty() || out.tenant.empty())
    return wrong();
  out.version = number_of(from, "version");
  if (const auto* records = from.if_contains("records"); records != nullptr && records->is_array()) {
    for (const auto& one : records->get_array()) {
      std::error_code error;
      out.records.push_back(one.to_number<std::uint64_t>(error));
      if (error) return wrong();
    }
  }
  return out;
}

std::string_view step_of(const Notice& notice) {
  const std::string_view type = notice.type;
  return type.substr(type.find('.') + 1);
}

std::string days_of(const Notice& notice) {
  const auto document = notice.document.value_or(DocumentNotice());
  if (notice.type == kExpired) return "held until " + document.valid_until;
  return fmt::format("holds until {}, {} {} left", document.valid_until, document.left,
                     document.left == 1 ? "day is" : "days are");
}

}  // namespace countersign::notify
