#include "collector/endpoints/erasure_body.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

auto refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

std::string text_of(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

/// Reads a member; the fault in words, or empty.
std::string read_member(std::string_view name, const json::value& value, ErasureBody& out) {
  if (name == "tenant" || name == "reason" || name == "region") {
    if (!value.is_string()) return fmt::format("{} must be a string", name);
    (name == "tenant" ? out.tenant : name == "reason" ? out.reason : out.region) = text_of(value);
  } else if (name == "dry_run" || name == "only_named") {
    if (!value.is_bool()) return fmt::format("{} must be true or false", name);
    (name == "dry_run" ? out.dry_run : out.only_named) = value.get_bool();
  } else if (name == "subjects") {
    const auto* array = value.if_array();
    if (array == nullptr || array->empty() || array->size() > kErasureSubjectsMax)
      return fmt::format("subjects must be an array of 1 to {} strings", kErasureSubjectsMax);
    for (const auto& subject : *array) {
      if (!subject.is_string() || subject.get_string().size() > kErasureSubjectBytesMax)
        return fmt::format("subjects must hold strings of at most {} bytes", kErasureSubjectBytesMax);
      out.subjects.push_back(text_of(subject));
    }
  } else {
    return "there is a member that is not known; there are tenant, region, subjects, reason, dry_run "
           "and only_named";
  }
  return {};
}

}  // namespace

tl::expected<ErasureBody, base::Problem> read_erasure(std::string_view body) {
  const auto parsed = base::parse_json(body, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object() || !parsed->duplicates.empty())
    return refuse(400, "the body must be one JSON object in which no member stands twice");
  ErasureBody out;
  for (const auto& member : parsed->value.get_object()) {
    auto fault = read_member({member.key().data(), member.key().size()}, member.value(), out);
    if (!fault.empty()) return refuse(422, std::move(fault));
  }
  if (out.tenant.empty()) return refuse(422, "tenant is missing");
  if (out.subjects.empty()) return refuse(422, "subjects is missing");
  return out;
}

}  // namespace countersign::endpoints
