#include "web/scim/service.h"

#include "collector/http/url.h"
#include "collector/signatures/form.h"
#include "web/scim/discovery.h"
#include "web/scim/lifecycle.h"
#include "web/scim/listing.h"
#include "web/scim/message.h"
#include "web/scim/patch.h"
#include "web/scim/representation.h"
#include "web/scim/resource.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>

namespace countersign::scim {
namespace {

namespace json = boost::json;

Answer refused(const Refusal& refusal) { return answer_of(refusal); }

Answer refused(int status, std::string detail) {
  return refused(Refusal{status, ScimType::none, std::move(detail)});
}

Answer not_found() { return refused(404, "there is no such resource"); }

Answer not_allowed(std::string allowed) {
  auto out = refused(405, "the method is not one of this resource");
  out.headers.emplace_back("Allow", std::move(allowed));
  return out;
}

Answer shown(const json::object& body) { return {200, {}, json::serialize(body), {}}; }

/// One request to /Users or /Groups.
class Endpoint {
 public:
  Endpoint(const Service::Options& options, Kind kind, const Request& request, Store& store)
      : options_(options), kind_(kind), request_(request), store_(store) {}

  Answer answer_all() const {
    if (request_.method == "GET") return list_by(read_list_query(kind_, request_.query));
    if (request_.method == "POST") return create();
    return not_allowed("GET, POST");
  }

  Answer answer_search() const {
    if (request_.method != "POST") return not_allowed("POST");
    const auto body = read_body(request_.body);
    if (!body) return refused(body.error());
    return list_by(read_search(kind_, *body));
  }

  Answer answer_one(std::string_view id) const {
    constexpr std::string_view kMethods[] = {"GET", "PUT", "PATCH", "DELETE"};
    if (std::find(std::begin(kMethods), std::end(kMethods), request_.method) == std::end(kMethods))
      return not_allowed("GET, PUT, PATCH, DELETE");
    const auto query = read_list_query(kind_, request_.query);
    if (!query) return refused(query.error());
    const auto found = store_.find(kind_, id);
    if (!found) return refused(refusal_of(found.error()));
    if (!*found) return not_found();
    const auto& document = **found;
    const auto now = represent(kind_, document, store_, options_.base_url);
    if (!now) return refused(now.error());
    if (auto early = precondition(*now)) return *early;
    if (request_.method == "GET") return show(*now, query->selection, 200);
    if (request_.method == "DELETE") return remove(document);
    return change(document, query->selection);
  }

 private:
  /// The answer where If-Match or If-None-Match already decides it (RFC 9110 section 13.2.2).
  std::optional<Answer> precondition(const Representation& now) const {
    if (!request_.if_match.empty() && !names_tag(request_.if_match, now.tag))
      return refused(412, "the resource has another version by now");
    if (request_.if_none_match.empty() || !names_tag(request_.if_none_match, now.tag)) return std::nullopt;
    if (request_.method != "GET") return refused(412, "the resource still has this version");
    return Answer{304, {{"ETag", now.tag}}, {}, {}};
  }

  Answer list_by(const Outcome<ListQuery>& query) const {
    if (!query) return refused(query.error());
    const auto listed = list(kind_, *query, store_, options_.base_url, options_.scan_max);
    return listed ? shown(*listed) : refused(listed.error());
  }

  Answer create() const {
    const auto query = read_list_query(kind_, request_.query);
    if (!query) return refused(query.error());
    const auto body = read_body(request_.body);
    if (!body) return refused(body.error());
    auto document = read_resource(kind_, *body);
    if (!document) return refused(document.error());
    return answer_written(Lifecycle(options_, store_).create(kind_, std::move(*document)), query->selection,
                          201);
  }

  Answer change(const json::object& document, const Selection& selection) const {
    const auto body = read_body(request_.body);
    if (!body) return refused(body.error());
    const bool patch = request_.method == "PATCH";
    auto after = patch ? apply_patch(kind_, document, *body) : read_resource(kind_, *body);
    if (!after) return refused(after.error());
    // A group may have thousands of members, and Entra ID wants no list of them back.
    const bool silent = patch && kind_ == Kind::group && !selection.is_explicit();
    return answer_written(Lifecycle(options_, store_).replace(kind_, document, std::move(*after)), selection,
                          silent ? 204 : 200);
  }

  Answer remove(const json::object& document) const {
    auto removed = Lifecycle(options_, store_).remove(kind_, document);
    if (!removed) return refused(conflict(removed.error()));
    return {204, {}, {}, std::move(removed->changes)};
  }

  Answer answer_written(Outcome<Written> written, const Selection& selection, int status) const {
    if (!written) return refused(conflict(written.error()));
    const auto now = represent(kind_, written->document, store_, options_.base_url);
    if (!now) return refused(now.error());
    auto out = show(*now, selection, status);
    out.changes = std::move(written->changes);
    return out;
  }

  /// Where the client named a version, a change that came in between is a broken precondition.
  Refusal conflict(Refusal refusal) const {
    if (refusal.status == 409 && refusal.type == ScimType::none && !request_.if_match.empty())
      refusal.status = 412;
    return refusal;
  }

  Answer show(const Representation& what, const Selection& selection, int status) const {
    Answer out{status, {{"ETag", what.tag}, {"Location", what.location}}, {}, {}};
    if (status != 204) out.body = json::serialize(selection.apply(kind_, what.content));
    return out;
  }

  const Service::Options& options_;
  Kind kind_;
  const Request& request_;
  Store& store_;
};

/// /Schemas and /ResourceTypes: all, or the one that `id` names.
Answer answer_described(std::vector<json::object> all, const std::optional<std::string>& id) {
  if (!id) {
    const auto total = all.size();
    return shown(list_response(std::move(all), total, 1));
  }
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const json::object& one) { return same_folded(text_at(one, "id"), *id); });
  return at == all.end() ? not_found() : shown(*at);
}

Answer answer_discovery(std::string_view endpoint, const std::optional<std::string>& id,
                        const Request& request, const std::string& base_url) {
  if (request.method != "GET") return not_allowed("GET");
  const auto parameters = signatures::read_form(request.query, 16);
  if (!parameters || std::any_of(parameters->begin(), parameters->end(),
                                 [](const auto& pair) { return pair.first == "filter"; }))
    return refused(403, "these documents cannot be filtered");
  if (endpoint == "Schemas") return answer_described(schemas(base_url), id);
  if (endpoint == "ResourceTypes") return answer_described(resource_types(base_url), id);
  return id ? not_found() : shown(service_provider_config(base_url));
}

}  // namespace

Answer answer_of(const Refusal& refusal) { return {refusal.status, {}, to_json(refusal), {}}; }

Answer Service::answer(const Request& request, Store& store) const {
  auto path = request.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.find('/');
  const auto endpoint = path.substr(0, slash);
  std::optional<std::string> id;
  if (slash != std::string_view::npos) {
    const auto segment = path.substr(slash + 1);
    auto decoded = http::decode_segment(segment);
    if (!decoded || segment.empty() || segment.find('/') != std::string_view::npos) return not_found();
    id = std::move(*decoded);
  }
  if (endpoint == "Users" || endpoint == "Groups") {
    const Endpoint resources(options_, endpoint == "Users" ? Kind::user : Kind::group, request, store);
    if (!id) return resources.answer_all();
    return *id == ".search" ? resources.answer_search() : resources.answer_one(*id);
  }
  if (endpoint == "Schemas" || endpoint == "ResourceTypes" || endpoint == "ServiceProviderConfig")
    return answer_discovery(endpoint, id, request, options_.base_url);
  if (!id && (endpoint == "Bulk" || endpoint == "Me" || endpoint == ".search"))
    return refused(501, "this endpoint is not served; see ServiceProviderConfig");
  return not_found();
}

}  // namespace countersign::scim
