#include "reports/render/oscal_uuid.h"

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <cstdint>

namespace countersign::render::oscal {
namespace {

/// Drawn once at random; with another all identifiers change.
constexpr std::string_view kOurs = "72bdaeea-b59e-4e96-9702-0f76b192582a";

/// Parts with their lengths, so that no two lists give one name.
void append(std::string& name, std::string_view part) {
  name.append(std::to_string(part.size())).append(":").append(part);
}
void append(std::string& name, std::uint64_t number) { append(name, std::to_string(number)); }
void append(std::string& name, base::Timestamp time) { append(name, base::format_rfc3339(time)); }
void append(std::string& name, const reports::LogState& state) {
  append(name, state.log);
  append(name, state.size);
  append(name, base::to_hex(state.root.view()));
  append(name, state.time);
}

std::string version_5(std::string_view space, std::string_view name) {
  const boost::uuids::name_generator_sha1 generate(boost::uuids::string_generator{}(std::string(space)));
  return boost::uuids::to_string(generate(name.data(), name.size()));
}

}  // namespace

Uuids::Uuids(const reports::Report& report) {
  std::string name;
  append(name, report.log);
  append(name, report.first_seq);
  append(name, report.end_seq);
  append(name, report.as_of);
  if (report.system_log) append(name, *report.system_log);
  append(name, report.from);
  append(name, report.until);
  append(name, report.framework);
  for (const auto& clause : report.criteria) append(name, clause);
  space_ = version_5(kOurs, name);
}

std::string Uuids::of(std::initializer_list<std::string_view> parts) const {
  std::string name;
  for (const auto part : parts) append(name, part);
  return version_5(space_, name);
}

}  // namespace countersign::render::oscal
