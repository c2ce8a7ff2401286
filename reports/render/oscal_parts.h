#pragma once

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "reports/engine/report.h"
#include "reports/render/oscal.h"
#include "reports/render/oscal_text.h"
#include "reports/render/oscal_uuid.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>

/// What the parts of one document have in common.
namespace countersign::render::oscal {

namespace json = boost::json;

/// The document that is being written. Refers to what it is made of.
struct Document {
  const reports::Report& report;
  const OscalOptions& options;
  Uuids uuids;

  std::string time() const { return base::format_rfc3339(report.as_of.time); }

  std::string party() const { return uuids.of({"party", report.tenant}); }
  std::string system() const { return uuids.of({"component", "system"}); }
  std::string software() const { return uuids.of({"component", "software"}); }
  std::string observation(std::string_view control) const { return uuids.of({"observation", control}); }
  std::string risk(std::string_view control) const { return uuids.of({"risk", control}); }
  /// Of a thing in the back matter: `plan`, `workspace`, `report`, `population`, `exceptions`, `query`,
  /// `file`, `listing`, `sample`, and what it is of.
  std::string resource(std::string_view kind, std::string_view of) const {
    return uuids.of({"resource", kind, of});
  }
  std::string link(std::string_view kind, std::string_view of) const { return "#" + resource(kind, of); }
};

/// A property in our name space. The name is a token already.
inline json::object property(std::string_view name, std::string_view value) {
  return {{"name", name}, {"ns", kOscalNamespace}, {"value", line(value)}};
}
inline json::object property(std::string_view name, std::uint64_t value) {
  return property(name, std::to_string(value));
}
inline json::object property(std::string_view name, const base::Digest& digest) {
  return property(name, base::to_hex(digest.view()));
}
/// A property of OSCAL's own.
inline json::object oscal_property(std::string_view name, std::string_view value) {
  return {{"name", name}, {"value", value}};
}

/// Puts an array into an object; not an empty one, which OSCAL has no place for.
inline void put(json::object& into, std::string_view name, json::array&& items) {
  if (!items.empty()) into[name] = std::move(items);
}

/// Who says so: the software, which is all that looked at the records.
inline json::array origins(const Document& document) {
  return {json::object{
      {"actors", json::array{json::object{{"type", "tool"}, {"actor-uuid", document.software()}}}}}};
}

/// Each control of the report by name; none where the report has none of that name.
inline const reports::ControlResult* find_control(const reports::Report& report, std::string_view id) {
  for (const auto& result : report.controls) {
    if (result.control.id == id) return &result;
  }
  return nullptr;
}

}  // namespace countersign::render::oscal
