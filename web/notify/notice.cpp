#include "web/notify/notice.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::notify {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "finding.";

json::value or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace

std::string to_body(const Notice& notice) {
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
  return json::serialize(
      json::object{{"type", notice.type}, {"timestamp", notice.time}, {"data", std::move(data)}});
}

base::Result<Notice> parse_body(std::string_view body) {
  const auto wrong = [] { return base::fail(base::Code::data_loss, "it holds no notice of a finding"); };
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
  if (!out.type.starts_with(kPrefix) || out.time.empty() || out.tenant.empty()) return wrong();
  if (const auto* version = from.if_contains("version"); version != nullptr && version->is_int64())
    out.version = version->get_int64();
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
  return std::string_view(notice.type).substr(kPrefix.size());
}

}  // namespace countersign::notify
