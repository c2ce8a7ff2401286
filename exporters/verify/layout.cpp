#include "exporters/verify/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify::layout {
namespace {

std::string compact(base::Timestamp time) {
  auto text = base::format_rfc3339(time);
  const bool midnight = text.substr(11) == "00:00:00.000000Z";
  const bool whole_second = text.substr(19) == ".000000Z";
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
  if (midnight) return text.substr(0, 8);
  return whole_second ? text.substr(0, 15) + "Z" : text;
}

}  // namespace

std::string folder_name(const base::TenantId& tenant, const jsonl::Period& period) {
  return fmt::format("countersign-{}-{}-{}", tenant.value(), compact(period.from), compact(period.to));
}

}  // namespace countersign::verify::layout
