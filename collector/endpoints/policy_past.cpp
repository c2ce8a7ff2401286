#include "collector/endpoints/policy_past.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/query.h"
#include "ledger/policy/default_policy.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

using base::Problem;

auto refuse(int status, std::string detail) {
  return tl::unexpected(Problem{status, "about:blank", std::move(detail)});
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return out;
}

json::object person(const std::string& token, const std::string& role, const PolicyAuthors& authors) {
  json::object out{{"role", role}, {"token", token}};
  if (const auto known = authors.find(token); known != authors.end()) out["id"] = known->second;
  return out;
}

json::object place(const policy::RecordAt& at) { return {{"log", at.log}, {"seq", at.seq}}; }

json::array reviews_of(const policy::Version& version, const PolicyAuthors& authors) {
  json::array out;
  for (const auto& one : version.reviews)
    out.push_back({{"at", base::format_rfc3339(one.at)},
                   {"by", person(one.by, one.role, authors)},
                   {"note", one.note},
                   {"record", place(one.record)}});
  return out;
}

json::object version_document(std::uint64_t number, const policy::Version& version,
                              const PolicyAuthors& authors) {
  json::array records;
  for (const auto& one : version.records) records.push_back(place(one));
  json::object out{{"version", number},
                   {"change", version.change},
                   {"from", base::format_rfc3339(version.from)},
                   {"action", version.action},
                   {"changes", json::array(version.changes.begin(), version.changes.end())},
                   {"before", version.before},
                   {"after", version.after},
                   {"records", std::move(records)},
                   {"reviewed", reviews_of(version, authors)}};
  if (!version.author.empty()) out["by"] = person(version.author, version.role, authors);
  return out;
}

}  // namespace

tl::expected<std::optional<base::Timestamp>, Problem> read_at(const http::RequestHead& head,
                                                              base::Timestamp now) {
  const auto text = query_value(head, "at");
  if (!text) return std::optional<base::Timestamp>();
  const auto time = base::parse_rfc3339(*text);
  if (!time) return refuse(422, "at must be a time such as 2026-01-31T09:30:00Z: " + time.error().message);
  if (now < *time) return refuse(422, "at is a time to come, and what holds then is not known");
  return std::optional(*time);
}

http::Response policy_at(const ingest::Tenant& tenant, const policy::TenantHistory& history,
                         base::Timestamp at) {
  if (at < tenant.created)
    return answer(Problem{404, "about:blank",
                          fmt::format("the tenant was added on {}", base::format_rfc3339(tenant.created))});
  json::object out{{"tenant", tenant.id.value()}, {"region", tenant.region_at(at).value()}};
  for (const auto& member : history.in_force(at)) out[member.key()] = member.value();
  return {200, "application/json", {}, json::serialize(out)};
}

tl::expected<PolicyPage, Problem> read_page(const http::RequestHead& head) {
  PolicyPage out;
  if (const auto limit = query_value(head, "limit")) {
    out.limit = number_of(*limit).value_or(0);
    if (out.limit < 1 || out.limit > PolicyPage::kLimitMax)
      return refuse(422, fmt::format("limit is a number from 1 to {}", PolicyPage::kLimitMax));
  }
  if (const auto cursor = query_value(head, "cursor")) {
    out.cursor = number_of(*cursor);
    if (!out.cursor) return refuse(422, "cursor is what an answer gave as next");
  }
  return out;
}

http::Response policy_versions(const ingest::Tenant& tenant, const policy::TenantHistory& history,
                               const PolicyAuthors& authors, const PolicyPage& page) {
  const auto& all = history.versions();
  auto number = std::min<std::uint64_t>(
      page.cursor ? std::max<std::uint64_t>(*page.cursor, 1) - 1 : all.size(), all.size());
  json::array versions;
  for (; number > 0 && versions.size() < page.limit; --number)
    versions.push_back(version_document(number, all[number - 1], authors));
  json::object out{{"tenant", tenant.id.value()}, {"versions", std::move(versions)}};
  if (number > 0) out["next"] = fmt::format("{}", number + 1);
  return {200, "application/json", {}, json::serialize(out)};
}

}  // namespace countersign::endpoints
