#include "apps/source_events.h"

#include "apps/system_events.h"

namespace countersign::apps {

std::vector<boost::json::object> source_events(const ingest::Source& source) {
  const auto& name = source.name.value();
  std::vector<boost::json::object> out;
  out.push_back(system_event("source.added/" + name, "source.added", source.created));
  out.back()["action"] = {
      {"name", "source add"}, {"resource", name}, {"context", "adapter " + source.adapter}};
  ingest::name_author(source.added_by, out.back());
  if (!source.revoked) return out;
  out.push_back(system_event("source.revoked/" + name, "source.revoked", *source.revoked));
  out.back()["action"] = {{"name", "source revoke"}, {"resource", name}};
  ingest::name_author(source.revoked_by, out.back());
  return out;
}

}  // namespace countersign::apps
