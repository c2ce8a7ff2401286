#include "web/admin/documents.h"

#include "ledger/base/encoding.h"

#include <boost/json/array.hpp>

namespace countersign::admin {
namespace {

namespace json = boost::json;

json::array names_of(const std::vector<base::TenantId>& tenants) {
  json::array out;
  for (const auto& tenant : tenants) out.emplace_back(tenant.value());
  return out;
}

void put_author(json::object& out, std::string_view member, const ingest::Author& author) {
  if (author.is_known()) out[member] = author_document(author);
}

void put_book(json::object& out, const ingest::SourceBook::Page& page) {
  json::object events, refused, types;
  for (const auto& [status, count] : page.events) events[status] = count;
  for (const auto& [reason, count] : page.refused) refused[reason] = count;
  for (const auto& [name, type] : page.types)
    types[name] = {{"count", type.count}, {"reason", type.why}, {"last", base::format_rfc3339(type.last)}};
  if (page.heard) out["last_heard"] = base::format_rfc3339(*page.heard);
  out["events"] = std::move(events);
  out["refused"] = std::move(refused);
  out["types"] = std::move(types);
}

std::string_view state_of(const ingest::Operator& one, base::Timestamp now) {
  if (one.revoked) return "revoked";
  if (!one.is_bound()) return "worthless";
  return one.is_active(now) ? "active" : "expired";
}

}  // namespace

json::object author_document(const ingest::Author& author) {
  return {{"id", author.id}, {"role", author.role}};
}

json::object source_document(const ingest::Source& source, const ingest::SourceBook::Page* page) {
  json::array certificates;
  for (const auto& one : source.certificates) certificates.emplace_back(base::to_hex(one.view()));
  json::object out{{"source", source.name.value()},
                   {"adapter", source.adapter},
                   {"scheme", source.proof_name()},
                   {"certificates", std::move(certificates)},
                   {"keep_raw", source.keep_raw},
                   {"silent_after_s", source.silent_after_s},
                   {"tenants", names_of(source.tenants)},
                   {"created", base::format_rfc3339(source.created)},
                   {"last_heard", nullptr}};
  put_book(out, page == nullptr ? ingest::SourceBook::Page() : *page);
  if (!source.pull_url.empty()) {
    json::object settings;
    for (const auto& [name, value] : source.pull_settings) settings[name] = value;
    out["pull"] = {{"url", source.pull_url}, {"settings", std::move(settings)}};
  }
  if (source.revoked) out["revoked"] = base::format_rfc3339(*source.revoked);
  put_author(out, "added_by", source.added_by);
  put_author(out, "revoked_by", source.revoked_by);
  return out;
}

json::object token_document(const ingest::Operator& one, std::optional<base::Timestamp> last_used,
                            base::Timestamp now) {
  json::object out{{"operator", one.name},
                   {"role", std::string(to_string(one.role))},
                   {"tenants", names_of(one.tenants)},
                   {"all_tenants", one.all_tenants},
                   {"active", one.is_active(now)},
                   {"state", state_of(one, now)},
                   {"created", base::format_rfc3339(one.created)},
                   {"last_used", nullptr}};
  if (last_used) out["last_used"] = base::format_rfc3339(*last_used);
  if (one.period)
    out["period"] = {{"from", base::format_rfc3339(one.period->from)},
                     {"before", base::format_rfc3339(one.period->before)}};
  if (one.expires) out["expires"] = base::format_rfc3339(*one.expires);
  if (one.revoked) out["revoked"] = base::format_rfc3339(*one.revoked);
  put_author(out, "added_by", one.added_by);
  put_author(out, "revoked_by", one.revoked_by);
  return out;
}

json::object tenant_document(const ingest::Tenant& tenant) {
  json::object out{{"tenant", tenant.id.value()},
                   {"region", tenant.region.value()},
                   {"created", base::format_rfc3339(tenant.created)}};
  if (tenant.moved_to) out["moved_to"] = *tenant.moved_to;
  if (!tenant.moves.empty()) {
    json::array moves;
    for (const auto& move : tenant.moves)
      moves.push_back({{"from", move.from.value()},
                       {"to", move.to.value()},
                       {"time", base::format_rfc3339(move.time)},
                       {"reason", move.reason},
                       {"by", move.by}});
    out["moves"] = std::move(moves);
  }
  put_author(out, "added_by", tenant.added_by);
  return out;
}

}  // namespace countersign::admin
