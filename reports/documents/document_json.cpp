#include "reports/documents/document_json.h"

#include "ledger/base/encoding.h"

#include <boost/json/array.hpp>

#include <string>

namespace countersign::documents {
namespace {

namespace json = boost::json;

std::string text(std::string_view view) { return std::string(view); }

}  // namespace

json::object to_json(const Version& version, Telling telling) {
  json::object out{{"version", version.number},
                   {"sha256", base::to_hex(version.sha256.view())},
                   {"bytes", version.bytes},
                   {"media_type", version.media_type},
                   {"file_name", version.file_name},
                   {"added", base::format_rfc3339(version.added)},
                   {"has_contents", version.has_contents}};
  if (!version.issuer.empty()) out["issuer"] = version.issuer;
  if (version.valid_from) out["valid_from"] = format_day(*version.valid_from);
  if (version.valid_until) out["valid_until"] = format_day(*version.valid_until);
  if (!version.notes.empty()) out["notes"] = json::array(version.notes.begin(), version.notes.end());
  if (telling == Telling::all) out["added_by"] = version.added_by;
  if (version.withdrawn) {
    json::object withdrawn{{"time", base::format_rfc3339(version.withdrawn->time)}};
    if (telling == Telling::all) {
      withdrawn["by"] = version.withdrawn->by;
      withdrawn["reason"] = version.withdrawn->reason;
    }
    out["withdrawn"] = std::move(withdrawn);
  }
  return out;
}

json::object to_json(const Document& document, Day today, Telling telling) {
  const auto standing = standing_on(document, today);
  json::array versions;
  for (const auto& version : document.versions) versions.emplace_back(to_json(version, telling));
  json::object out{{"id", document.id},
                   {"kind", document.kind},
                   {"title", document.title},
                   {"confidentiality", text(to_string(document.confidentiality))},
                   {"nda", document.is_nda},
                   {"added", base::format_rfc3339(document.added)},
                   {"state", text(to_string(standing.state))}};
  if (standing.version != nullptr) out["current"] = standing.version->number;
  if (telling == Telling::all) {
    out["owner"] = document.owner;
    out["added_by"] = document.added_by;
    out["remind_days"] = json::array(document.remind_days.begin(), document.remind_days.end());
  }
  out["versions"] = std::move(versions);
  return out;
}

}  // namespace countersign::documents
