#include "web/procurement/document_wishes.h"

#include "collector/endpoints/query.h"
#include "ledger/base/encoding.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <optional>
#include <set>
#include <vector>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

using admin::bad;
using base::Problem;

constexpr std::size_t kTextBytesMax = 1024;

Wish<json::object> object_with(const http::Request& request,
                               std::initializer_list<std::string_view> members) {
  auto body = api::read_object(request);
  if (!body) return body;
  if (auto known = admin::only(*body, members); !known) return tl::unexpected(std::move(known.error()));
  return body;
}

/// A member that is a text; empty where it is not there.
Wish<std::optional<std::string>> text(const json::object& body, std::string_view member) {
  if (!body.contains({member.data(), member.size()})) return std::optional<std::string>();
  auto read = admin::text(body, member, kTextBytesMax);
  if (!read) return tl::unexpected(std::move(read.error()));
  return std::optional(std::move(*read));
}

Wish<std::optional<documents::Confidentiality>> confidentiality(const json::object& body) {
  auto written = text(body, "confidentiality");
  if (!written) return tl::unexpected(std::move(written.error()));
  if (!*written) return std::optional<documents::Confidentiality>();
  const auto known = documents::parse_confidentiality(**written);
  if (!known) return bad("confidentiality is one of public, nda and internal");
  return known;
}

Wish<std::optional<std::vector<std::int64_t>>> remind_days(const json::object& body) {
  const auto* found = body.if_contains("remind_days");
  if (found == nullptr) return std::optional<std::vector<std::int64_t>>();
  const auto* list = found->if_array();
  std::vector<std::int64_t> out;
  if (list == nullptr) return bad("remind_days is an array of numbers of days");
  for (const auto& one : *list) {
    if (!one.is_int64()) return bad("remind_days is an array of numbers of days");
    out.push_back(one.get_int64());
  }
  return std::optional(std::move(out));
}

Wish<base::Digest> digest(std::string_view written) {
  const auto read = base::digest_from_hex(written);
  if (!read) return bad("sha256 is of 64 hexadecimal digits");
  return *read;
}

}  // namespace

Wish<documents::NewDocument> read_new_document(const http::Request& request, const std::string& asker) {
  const auto body = object_with(request, {"kind", "title", "owner", "confidentiality", "remind_days", "nda"});
  if (!body) return tl::unexpected(body.error());
  documents::NewDocument out;
  for (const auto& [member, into] :
       {std::pair("kind", &out.kind), {"title", &out.title}, {"owner", &out.owner}}) {
    auto read = text(*body, member);
    if (!read) return tl::unexpected(std::move(read.error()));
    *into = read->value_or("");
  }
  if (out.owner.empty()) out.owner = asker;
  const auto given = confidentiality(*body);
  if (!given) return tl::unexpected(given.error());
  const auto nda = admin::flag(*body, "nda");
  if (!nda) return tl::unexpected(nda.error());
  out.is_nda = *nda;
  using documents::Confidentiality;
  out.confidentiality = given->value_or(out.is_nda ? Confidentiality::open : Confidentiality::internal);
  auto days = remind_days(*body);
  if (!days) return tl::unexpected(std::move(days.error()));
  if (*days) out.remind_days = std::move(**days);
  return out;
}

Wish<documents::DocumentChange> read_document_change(const http::Request& request) {
  const auto body = object_with(request, {"title", "owner", "confidentiality", "remind_days"});
  if (!body) return tl::unexpected(body.error());
  documents::DocumentChange out;
  for (const auto& [member, into] : {std::pair("title", &out.title), {"owner", &out.owner}}) {
    auto read = text(*body, member);
    if (!read) return tl::unexpected(std::move(read.error()));
    *into = std::move(*read);
  }
  const auto given = confidentiality(*body);
  if (!given) return tl::unexpected(given.error());
  out.confidentiality = *given;
  auto days = remind_days(*body);
  if (!days) return tl::unexpected(std::move(days.error()));
  out.remind_days = std::move(*days);
  return out;
}

Wish<documents::NewVersion> read_new_version(const http::RequestHead& head) {
  const auto fields = endpoints::query_fields(head);
  if (!fields) return bad("the query cannot be read", 400);
  documents::NewVersion out;
  std::set<std::string> seen;
  for (const auto& [name, value] : *fields) {
    if (!seen.insert(name).second) return bad("a parameter stands twice in the query");
    if (name == "file_name") {
      out.file_name = value;
    } else if (name == "issuer") {
      out.issuer = value;
    } else if (name == "sha256") {
      const auto read = digest(value);
      if (!read) return tl::unexpected(read.error());
      out.sha256 = *read;
    } else if (name == "valid_from" || name == "valid_until") {
      const auto day = documents::parse_day(value);
      if (!day) return bad(fmt::format("{} {}", name, day.error().message));
      (name == "valid_from" ? out.valid_from : out.valid_until) = *day;
    } else {
      return bad(
          "there is a parameter that is not known; there are file_name, issuer, valid_from, valid_until and "
          "sha256");
    }
  }
  return out;
}

Wish<Withdrawing> read_withdrawing(const http::Request& request) {
  const auto body = object_with(request, {"reason", "remove_contents"});
  if (!body) return tl::unexpected(body.error());
  auto reason = text(*body, "reason");
  if (!reason) return tl::unexpected(std::move(reason.error()));
  const auto remove = admin::flag(*body, "remove_contents");
  if (!remove) return tl::unexpected(remove.error());
  return Withdrawing{reason->value_or(""), *remove};
}

Wish<base::Digest> read_acceptance(const http::Request& request) {
  const auto body = api::read_texts(request, {"sha256"});
  if (!body) return tl::unexpected(body.error());
  return digest(api::text_of(*body, "sha256"));
}

}  // namespace countersign::procurement
